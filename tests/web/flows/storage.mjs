// The storage page: what is stored where, level by level, and what could be given back.
import { flow, holds } from '../lib/flow.mjs';
import { PROJECT, TEAM } from '../lib/world.mjs';

flow('UI-29: registries, collections and versions with what they take, and a dry run', async ({ page }) => {
  await page.goto('/admin');
  await page.getByRole('button', { name: 'Count now' }).click();
  const projects = page.getByRole('list', { name: `Projects of ${TEAM}` });
  const project = projects.getByRole('listitem').filter({ hasText: PROJECT }).first();
  await project.getByText('stored once').waitFor();
  await page.getByRole('button', { name: `What is in ${PROJECT}` }).click();
  const collections = page.getByRole('list', { name: `Collections of ${PROJECT}` });
  const detector = collections.getByRole('listitem').filter({ hasText: 'sign-detector' }).first();
  await detector.getByText('3 versions').waitFor();
  await page.getByRole('button', { name: 'What is in sign-detector' }).click();
  const versions = page.getByRole('list', { name: 'Versions of sign-detector' });
  await versions.getByRole('link', { name: 'v2', exact: true }).waitFor();
  const text = await versions.getByRole('listitem').first().innerText();
  holds(text.includes('v2') && / KB/.test(text), `the largest comes first, with its size: ${text}`);

  const registries = page.getByRole('list', { name: 'Registries of Northwind Labs' });
  await registries.getByRole('button', { name: 'What is in model' }).click();
  const links = page.getByRole('list', { name: 'Collections of model' });
  await links.getByRole('listitem').filter({ hasText: 'Sign Detector' }).getByText('3 links').waitFor();

  await page.getByRole('button', { name: 'What could be reclaimed?' }).click();
  await page
    .getByRole('table', { name: 'Your jobs' })
    .getByText(/would be freed/)
    .first()
    .waitFor();
});

flow(
  'UI-29: who is no administrator has no storage page',
  async ({ page, visitor }) => {
    visitor.expect(403);
    await page.goto('/admin');
    await page.waitForLoadState('networkidle');
    for (const name of ['Count now', 'Reclaim'])
      holds((await page.getByRole('button', { name }).count()) === 0, `no button ${name}`);
  },
  { as: 'grace' },
);
