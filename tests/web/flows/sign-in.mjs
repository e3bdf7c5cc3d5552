// Signing in and out, and addresses that are opened before signing in.
import { flow, holds } from '../lib/flow.mjs';

flow(
  'a deep link leads back after signing in',
  async ({ page, visitor }) => {
    await page.goto('/vision/street-signs/artifacts?x=1');
    await visitor.giveName('grace');
    await page.getByRole('heading', { name: 'Artifacts' }).waitFor();
  },
  { as: null },
);

flow(
  'a wrong password is said',
  async ({ page, visitor }) => {
    visitor.expect(401);
    await page.goto('/login');
    await visitor.giveName('linus', 'not it');
    await page.getByRole('alert').waitFor();
    holds(new URL(page.url()).pathname === '/login', 'still on the same page');
  },
  { as: null },
);

flow('signing out ends the session', async ({ page }) => {
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Vitrine' }).waitFor();
  await page.goto('/registry/');
  await page.getByRole('heading', { name: 'Sign in to Vitrine' }).waitFor();
});
