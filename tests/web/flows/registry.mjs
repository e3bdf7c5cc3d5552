// A registry's life: made, starred, filled with people, its aliases protected, deleted.
import { becomes, flow, holds, until } from '../lib/flow.mjs';
import { answered } from '../lib/page.mjs';

const BASE = '/orgs/Northwind%20Labs/registry';

async function create(page, name) {
  await page.goto(BASE);
  await page.getByRole('button', { name: 'Create registry' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Create registry' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

flow('UI-03: names are judged while they are typed', async ({ page }) => {
  await page.goto(BASE);
  await page.getByRole('button', { name: 'Create registry' }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('a/b');
  await page.getByText("cannot contain '/'").waitFor();
  await name.fill('model');
  await page.getByText('please use a different name').waitFor();
  await name.fill('fine');
  await page.getByText('wandb-registry-fine in code').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

flow('UI-02: a star puts a registry first, for the one who gave it', async ({ page }) => {
  const first = page.getByRole('list', { name: 'Registries' }).getByRole('listitem').first();
  await page.goto(BASE);
  const star = page.getByRole('button', { name: 'Star Speech' });
  const unstar = page.getByRole('button', { name: 'Unstar Speech' });
  await answered(page, 'StarProject', () => star.click());
  await unstar.waitFor();
  await first.filter({ hasText: 'Speech' }).waitFor();
  await page.reload();
  await answered(page, 'StarProject', () => unstar.click());
  await star.waitFor();
});

flow('UI-17 UI-18: people get access and a role, and lose it', async ({ page }) => {
  await page.goto(`${BASE}/Speech/settings`);
  await page.getByRole('button', { name: 'Add access' }).click();
  const field = page.getByRole('textbox', { name: 'Include users and teams' });
  await field.fill('grace');
  await page.getByRole('option', { name: 'grace' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Add access' }).click();
  const role = page.getByRole('textbox', { name: 'Registry role of grace' });
  await role.waitFor();
  await becomes(() => role.inputValue(), 'Restricted Viewer', 'as what a new member begins');
  await role.click();
  const member = page.getByRole('option', { name: 'Member', exact: true });
  await answered(page, 'SetRegistryMemberRole', () => member.click());
  await page.reload();
  await role.waitFor();
  await becomes(() => role.inputValue(), 'Member', 'the role is kept');
  await page.getByRole('button', { name: 'More for grace' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await role.waitFor({ state: 'detached' });
});

flow('UI-12: a protected alias is defined, and taken back', async ({ page }) => {
  await page.goto(`${BASE}/Speech/settings`);
  const section = page.getByRole('region', { name: 'Protected Aliases' });
  await section.getByRole('button', { name: 'Add alias' }).click();
  await section.getByRole('textbox', { name: 'New alias' }).fill('golden');
  await answered(page, 'ProtectAlias', () => page.keyboard.press('Enter'));
  const remove = section.getByRole('button', { name: 'Remove alias golden' });
  await remove.waitFor();
  await page.reload();
  await answered(page, 'UnprotectAlias', () => remove.click());
  await section.getByText('None').waitFor();
});

flow('UI-19: a registry is deleted after its name was typed', async ({ page }) => {
  await create(page, 'Short lived');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Delete registry' }).click();
  const button = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
  await until(() => button.isDisabled(), 'not before the name is typed');
  await page.getByLabel('Type Short lived to confirm').fill('Short lived');
  await button.click();
  await page.getByText('The registry Short lived is deleted.').waitFor();
  await page.getByRole('link', { name: 'model', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Short lived' }).first().waitFor({ state: 'detached' });
});

flow(
  'UI-16: who may not change settings sees no way to',
  async ({ page }) => {
    await page.goto(`${BASE}/model/settings`);
    await page.getByText('Protected Aliases').first().waitFor();
    for (const name of ['Add access', 'Delete registry', 'Add alias', 'Save types'])
      holds((await page.getByRole('button', { name }).count()) === 0, `no button ${name}`);
  },
  { as: 'linus' },
);

flow('UI-15: search finds by tag and alias, from the bar and from the palette', async ({ page }) => {
  await page.goto(BASE);
  await page.getByRole('searchbox', { name: 'Search the registry' }).fill('production');
  await page.getByRole('region', { name: 'Versions' }).getByText('Sign Detector:v2').waitFor();
  await page.getByRole('searchbox', { name: 'Search the registry' }).fill('prod ready');
  await page.getByRole('region', { name: 'Collections' }).getByText('Sign Detector').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or go to' }).fill('street');
  const option = page.getByRole('option', { name: /Street Signs/ });
  await until(
    async () => (await option.getAttribute('aria-selected')) === 'true',
    'what was found is chosen',
  );
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Street Signs' }).waitFor();
});
