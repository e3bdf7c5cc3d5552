// People, teams, service accounts, keys, one's own settings, the server's pages; what was deleted.
import { readFileSync } from 'node:fs';

import { becomes, equal, flow, holds, until } from '../lib/flow.mjs';
import { answered, copiedBy } from '../lib/page.mjs';
import { ORG, ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const ORG_PAGE = '/orgs/Northwind%20Labs';
const WHO = 'import wandb; print(wandb.Api().viewer.username)';

const copied = (page, name) => copiedBy(page, page.getByRole('button', { name }));

/** The real client with a key: the user name, or null when the key is not taken. */
function clientSays(world, key) {
  world.keys.probe = key;
  try {
    return world.snippet(WHO, 'probe').trim();
  } catch {
    return null;
  }
}

async function chooseRole(page, who, role) {
  await page.getByRole('textbox', { name: `Role of ${who}` }).click();
  await page.getByRole('option', { name: role, exact: true }).click();
}

async function more(page, who, item) {
  await page.getByRole('button', { name: `More for ${who}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function findsPerson(page, text, who) {
  await page.getByRole('textbox', { name: 'Find a person' }).fill(text);
  await page.getByRole('table').getByText(who, { exact: false }).first().waitFor();
}

for (const [place, path, addButton, roleNow, setsRole] of [
  ['the organization', ORG_PAGE, 'Add person', 'Member', 'SetOrganizationRole'],
  ['a team', `/teams/${TEAM}/settings`, 'Add person', 'Member', 'SetTeamRole'],
])
  flow(
    `UI-26: a person is added to ${place} by e-mail address, gets another role, is taken out`,
    async ({ page, world, visitor }) => {
      const name = place === 'a team' ? 'tove' : 'erin';
      world.user(name, ['--email', `${name}@example.com`]);
      visitor.expect(404);
      await page.goto(path);
      await page.getByRole('button', { name: addButton }).click();
      const field = page.getByLabel('User name or e-mail address');
      await field.fill('nobody@example.com');
      await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('alert').getByText('There is no user with this e-mail address').waitFor();
      await field.fill(`${name}@example.com`);
      await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
      const role = page.getByRole('textbox', { name: `Role of ${name}` });
      await role.waitFor();
      await becomes(() => role.inputValue(), roleNow, 'the role that was asked for');
      await answered(page, setsRole, () => chooseRole(page, name, 'Viewer'));
      await becomes(() => role.inputValue(), 'Viewer', 'the new role is shown');
      await page.reload();
      await role.waitFor();
      await becomes(() => role.inputValue(), 'Viewer', 'the role is kept');
      await findsPerson(page, `${name}@exa`, name);
      await page.getByRole('textbox', { name: 'Find a person' }).fill('');
      await more(page, name, 'Take out');
      await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
      await role.waitFor({ state: 'detached' });
    },
  );

flow('UI-26: the last administrator stays one, and the server says why', async ({ page, visitor }) => {
  visitor.expect(409);
  await page.goto(ORG_PAGE);
  await chooseRole(page, 'ada', 'Viewer');
  await page.getByText('This is the last administrator').waitFor();
  const role = page.getByRole('textbox', { name: 'Role of ada' });
  await until(async () => (await role.inputValue()) === 'Admin', 'the role goes back');
  equal(await page.getByRole('button', { name: 'More for ada' }).count(), 0, 'nobody takes themselves out');
});

flow('UI-26: a team is made, opened, and has settings', async ({ page }) => {
  await page.goto(ORG_PAGE);
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('robotics');
  await page.getByRole('dialog').getByRole('button', { name: 'Create team' }).click();
  await page.getByRole('table', { name: 'Teams' }).getByRole('link', { name: 'robotics' }).click();
  await page.getByRole('heading', { name: 'robotics' }).waitFor();
  await page.getByText('No project yet').waitFor();
  await page.getByRole('link', { name: 'Team Settings' }).click();
  await page.getByRole('heading', { name: 'Team Settings' }).waitFor();
});

for (const [place, path] of [
  ['the organization', ORG_PAGE],
  ['a team', `/teams/${TEAM}/settings`],
])
  flow(
    `UI-26: a service account of ${place}: its key is shown once, works, is replaced and ends`,
    async ({ page, world }) => {
      const scope = place === 'a team' ? TEAM : ORG_ENTITY;
      await page.goto(path);
      await page.getByRole('button', { name: 'New service account' }).click();
      await page.getByLabel('What is it for?').fill('nightly mirror');
      await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
      const first = await copied(page, 'Copy API key');
      const account = clientSays(world, first);
      holds(account?.startsWith(`${scope}-service-`), `the client signs in with it: ${account}`);
      await page.getByRole('button', { name: 'Done' }).click();
      const row = page.getByRole('row').filter({ hasText: account });
      await row.getByText(`Service account of ${scope}`).waitFor();
      await row.getByText('nightly mirror').waitFor();

      await more(page, account, 'API keys');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('first key').waitFor();
      holds(!(await dialog.textContent()).includes(first), 'the key is not shown again');
      await dialog.getByText('used', { exact: false }).first().waitFor();
      await dialog.getByLabel('What is the new key for?').fill('second key');
      await dialog.getByRole('button', { name: 'New key' }).click();
      const second = await copied(page, 'Copy API key');
      await dialog.getByRole('button', { name: 'Revoke first key' }).click();
      await page
        .getByRole('dialog', { name: 'Revoke this key?' })
        .getByRole('button', { name: 'Revoke' })
        .click();
      await dialog.getByRole('button', { name: 'Revoke first key' }).waitFor({ state: 'detached' });
      equal([clientSays(world, first), clientSays(world, second)], [null, account], 'which key works');
      await page.keyboard.press('Escape');

      await more(page, account, 'Delete service account');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await row.waitFor({ state: 'detached' });
      equal(clientSays(world, second), null, 'its key has ended');
    },
  );

flow(
  'UI-26: own settings: a full name, a key that the client uses, a revoked key that it does not',
  async ({ page, world }) => {
    await page.goto('/settings');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Grace Hopper');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByText('Saved.').waitFor();
    equal((await world.graphql('{viewer{name}}', {}, 'grace')).viewer.name, 'Grace Hopper', 'the name');
    await page.reload();
    await page.getByRole('button', { name: 'Account of Grace Hopper' }).waitFor();

    await page.getByRole('link', { name: 'New key' }).click();
    await page.getByLabel('What is it for?').fill('laptop');
    await page.getByRole('button', { name: 'Make a new key' }).click();
    const key = await copied(page, 'Copy API key');
    await page.getByText(`wandb login --host=${world.url}`).waitFor();
    equal(clientSays(world, key), 'grace', 'the client signs in');
    await page.goto('/usersettings');
    const row = page.getByRole('row').filter({ hasText: 'laptop' });
    await row.getByText('used', { exact: false }).waitFor();
    holds(!(await page.getByRole('main').textContent()).includes(key), 'the key is not shown again');
    await page.getByRole('button', { name: 'Revoke laptop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    equal(clientSays(world, key), null, 'the key has ended');
    await world.graphql('mutation{updateUser(input:{name:""}){user{id}}}', {}, 'grace');
  },
  { as: 'grace' },
);

flow('UI-26: the server: everybody on it, and a new user', async ({ page, world }) => {
  await page.goto('/admin');
  const people = page.getByRole('table', { name: 'People' });
  for (const name of ['ada', 'grace', 'linus', 'olga'])
    await people.getByText(name, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByLabel('E-mail address').fill('hedy@example.com');
  await page.getByRole('dialog').getByRole('button', { name: 'Add user' }).click();
  await page.getByText('hedy is there').waitFor();
  await page.getByText('vitrined user passwd hedy').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('textbox', { name: 'Find a person' }).fill('hedy');
  await people.getByText('grace', { exact: true }).waitFor({ state: 'detached' });
  await people.getByText('hedy@example.com').waitFor();
  world.operate(['user', 'delete', 'hedy']);
});

flow('UI-26: the audit log is read, and downloaded with and without names', async ({ page, world }) => {
  world.user('ruth');
  world.operate(['org', 'member', 'set', ORG, 'ruth', 'viewer']);
  await world.graphql(
    'mutation($i:SetOrganizationMemberRoleInput!){setOrganizationMemberRole(input:$i){success}}',
    { i: { organizationName: ORG, username: 'ruth', role: 'member' } },
  );
  await page.goto('/admin');
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('heading', { name: 'Audit log' }).waitFor();
  const table = page.getByRole('table', { name: 'Audit log' });
  await table.getByText('user_created').first().waitFor();
  const first = table.getByRole('row').nth(1);
  equal(await first.getByRole('cell').first().innerText(), 'org_member_set', 'the newest event is the first');
  holds((await first.boundingBox()).height < 50, 'a line of the log is one line');
  await table.getByRole('columnheader', { name: 'When' }).waitFor();
  const lines = async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    holds(/^audit-[\d-]+\.ndjson$/.test(download.suggestedFilename()), download.suggestedFilename());
    return readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const named = await lines();
  const role = named
    .filter((line) => line.action === 'org_member_set' && line.user_username === 'ruth')
    .at(-1);
  equal([role.actor_username, role.detail.role], ['ada', 'member'], 'who gave which role');
  await page.getByText('Without names and addresses').click();
  const bare = await lines();
  holds(bare.length >= named.length && bare.every((line) => !line.actor_username), 'no names');
  await page.getByRole('textbox', { name: 'To', exact: true }).fill('2020-01-01');
  await page.getByText('This is before the first day.').waitFor();
  equal(await page.getByRole('link', { name: 'Download' }).count(), 0, 'nothing to download');
});

flow('UI-25: Artifact TTL: changed after a review, and put back', async ({ page, world }) => {
  const rule = async () =>
    (await world.graphql(`{entity(name:"${TEAM}"){artifactTtlRule{defaultSeconds adminsOnly}}}`)).entity
      .artifactTtlRule;
  await page.goto(`/teams/${TEAM}/settings`);
  const section = page.getByRole('region', { name: 'Artifact TTL' });
  await section.getByText('Time to live (TTL)').waitFor();
  await section.getByLabel('Versions expire after some days').check();
  await section.getByLabel('Default duration in days').fill('400');
  await section.getByText('Only admins may give a version').click();
  await section.getByRole('button', { name: 'Review and save settings' }).click();
  const review = page.getByRole('dialog', { name: 'Review' });
  await review.getByText('Versions expire 400 days after they were made. Only admins may').waitFor();
  await review.getByText('No version expires at once.').waitFor();
  equal(await rule(), { defaultSeconds: null, adminsOnly: false }, 'nothing is saved before');
  await review.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Saved.').waitFor();
  equal(await rule(), { defaultSeconds: 400 * 86_400, adminsOnly: true }, 'the rule');
  await page.reload();
  await becomes(() => section.getByLabel('Default duration in days').inputValue(), '400', 'kept');
  await section.getByLabel('As the organization says').check();
  await section.getByText('Only admins may give a version').click();
  await section.getByRole('button', { name: 'Review and save settings' }).click();
  await review.getByRole('button', { name: 'Save settings' }).click();
  await until(async () => (await rule()).defaultSeconds === null, 'the rule is gone');
});

flow(
  'UI-25: a member of the team sees the times to live and cannot change them',
  async ({ page }) => {
    await page.goto(`/teams/${TEAM}/settings`);
    const section = page.getByRole('region', { name: 'Artifact TTL' });
    await until(() => section.getByLabel('Versions never expire').isDisabled(), 'disabled');
    equal(await page.getByRole('button', { name: 'Review and save settings' }).count(), 0, 'no button');
  },
  { as: 'grace' },
);

const DELETE = 'mutation($i:String!){deleteModel(input:{id:$i}){success}}';
const UPSERT = 'mutation($i:UpsertModelInput!){upsertModel(input:$i){project{id}}}';

flow('UI-19: a deleted registry, a project and a collection come back', async ({ page, world }) => {
  const make = async (input) => (await world.graphql(UPSERT, { i: input })).upsertModel.project.id;
  await world.graphql(DELETE, { i: await make({ entityName: ORG_ENTITY, name: 'wandb-registry-Phoenix' }) });
  await page.goto(ORG_PAGE);
  await page.getByRole('button', { name: 'Restore Phoenix' }).click();
  await page.getByText('Phoenix is back.').waitFor();
  await page.goto(`${ORG_PAGE}/registry`);
  await page.getByRole('link', { name: 'Phoenix', exact: true }).waitFor();

  await world.graphql(DELETE, { i: await make({ entityName: TEAM, name: 'ashes' }) });
  await page.goto(`/${TEAM}`);
  await page.getByRole('link', { name: PROJECT, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Restore ashes' }).click();
  await page.getByRole('link', { name: 'ashes', exact: true }).waitFor();

  const made = await world.graphql(
    'mutation($i:CreateArtifactPortfolioInput!){createArtifactPortfolio(input:$i){artifactCollection{id}}}',
    {
      i: {
        entityName: ORG_ENTITY,
        projectName: 'wandb-registry-Phoenix',
        name: 'Feathers',
        artifactTypeName: 'model',
      },
    },
  );
  await world.graphql(
    'mutation($i:ID!){deleteArtifactPortfolio(input:{artifactPortfolioID:$i}){__typename}}',
    {
      i: made.createArtifactPortfolio.artifactCollection.id,
    },
  );
  await page.goto(`${ORG_PAGE}/registry/Phoenix/settings`);
  const restore = page.getByRole('button', { name: 'Restore Feathers' });
  await answered(page, 'RestoreCollection', () => restore.click());
  await page.goto(`${ORG_PAGE}/registry/Phoenix`);
  await page.getByRole('link', { name: 'Feathers', exact: true }).waitFor();
});
