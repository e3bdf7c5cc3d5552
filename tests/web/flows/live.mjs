// What is changed elsewhere, by the client or by another person, is on an open page within two seconds.
import { flow } from '../lib/flow.mjs';
import { asksEachSecond, soon } from '../lib/page.mjs';
import { ORG, ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BASE = '/orgs/Northwind%20Labs';

const ORG_ROLE = 'mutation($i:SetOrganizationMemberRoleInput!){setOrganizationMemberRole(input:$i){success}}';
const TEAM_ROLE = 'mutation($i:SetTeamMemberRoleInput!){setTeamMemberRole(input:$i){success}}';
const ADD = 'mutation($i:CreateProjectMembersInput!){createProjectMembers(input:$i){success}}';
const SET = 'mutation($i:UpdateProjectMemberInput!){updateProjectMember(input:$i){success}}';

flow('UI-30: an open page asks for changes every second', async ({ page }) => {
  await page.goto(`${BASE}/registry/dataset`);
  await page.getByRole('link', { name: 'Street Signs', exact: true }).waitFor();
  await asksEachSecond(page);
});

flow(
  'UI-30: what changes while a page comes, or while one is elsewhere, is seen, too',
  async ({ page, world }) => {
    const find = `{project(entityName:"${ORG_ENTITY}",name:"wandb-registry-Speech"){id}}`;
    const projectId = (await world.graphql(find)).project.id;
    const change = (what) =>
      world.graphql(`mutation($i:ProtectedAliasInput!){${what}(input:$i){success}}`, {
        i: { projectId, alias: 'between' },
      });
    const settings = `${BASE}/registry/Speech/settings`;
    const section = page.getByRole('region', { name: 'Protected Aliases' });
    const chip = section.getByText('between');
    // The page has its answer, and has not asked for changes yet.
    let early = true;
    await page.route('**/-/changes?*', async (route) => {
      if (early) await change('createProtectedAlias');
      early = false;
      await route.fallback();
    });
    await page.goto(settings);
    await chip.waitFor();
    // What was read is kept for a while: it is old when one comes back.
    await page.getByRole('link', { name: 'Speech', exact: true }).first().click();
    await section.waitFor({ state: 'detached' });
    await change('deleteProtectedAlias');
    await page.goBack();
    await section.waitFor();
    await chip.waitFor({ state: 'detached' });
  },
);

const shown = (locator) => async () => (await locator.count()) > 0;

flow('UI-26: people and roles of the organization and of a team', async ({ page, world }) => {
  world.user('nils');
  const change = (role) => world.graphql(ORG_ROLE, { i: { organizationName: ORG, username: 'nils', role } });
  await page.goto(BASE);
  await page.getByRole('table', { name: 'People' }).getByText('grace').first().waitFor();
  await change('member');
  const role = page.getByRole('textbox', { name: 'Role of nils' });
  await soon(page, shown(role), 'the new member');
  await change('viewer');
  await soon(page, async () => (await role.inputValue()) === 'Viewer', 'the new role');
  await page.goto(`/teams/${TEAM}/settings`);
  await page.getByRole('textbox', { name: 'Role of grace' }).waitFor();
  await world.graphql(TEAM_ROLE, { i: { entityName: TEAM, username: 'nils', role: 'member' } });
  await soon(page, shown(role), 'the new member of the team');
  world.operate(['team', 'member', 'remove', TEAM, 'nils']);
  await soon(page, async () => (await role.count()) === 0, 'that a command took them out');
});

flow(
  'UI-17 UI-18 UI-12: access, roles and protected aliases of a registry, changed by the client',
  async ({ page, world }) => {
    world.user('pia');
    world.operate(['org', 'member', 'set', ORG, 'pia', 'member']);
    const find = `{project(entityName:"${ORG_ENTITY}",name:"wandb-registry-Speech"){id}}`;
    const projectId = (await world.graphql(find)).project.id;
    const userId = (await world.graphql('{viewer{id}}', {}, 'pia')).viewer.id;
    await page.goto(`${BASE}/registry/Speech/settings`);
    await page.getByRole('region', { name: 'Protected Aliases' }).waitFor();
    const role = page.getByRole('textbox', { name: 'Registry role of pia' });
    await world.graphql(ADD, { i: { projectId, userIds: [userId] } });
    await soon(page, shown(role), 'the new entry');
    world.snippet(
      `import wandb
speech = wandb.Api().registry("Speech", organization="${ORG}")
member = next(m for m in speech.user_members() if m.user.username == "pia")
speech.update_member(member.user, "admin")`,
    );
    await soon(page, async () => (await role.inputValue()) === 'Admin', 'the role that the client gave');
    await world.graphql(SET, { i: { projectId, userId, userProjectRole: 'viewer' } });
    await soon(page, async () => (await role.inputValue()) === 'Viewer', 'the next role');
    await world.graphql('mutation($i:ProtectedAliasInput!){createProtectedAlias(input:$i){success}}', {
      i: { projectId, alias: 'crown' },
    });
    const chip = page.getByRole('region', { name: 'Protected Aliases' }).getByText('crown');
    await soon(page, shown(chip), 'the protected alias');
    await world.graphql('mutation($i:ProtectedAliasInput!){deleteProtectedAlias(input:$i){success}}', {
      i: { projectId, alias: 'crown' },
    });
    await soon(page, async () => (await chip.count()) === 0, 'that it is gone');
  },
);

flow('UI-04 UI-08 UI-11: collections and aliases, changed by the client', async ({ page, world }) => {
  const registry = `${ORG_ENTITY}/wandb-registry-dataset`;
  await page.goto(`${BASE}/registry/dataset`);
  await page.getByRole('link', { name: 'Street Signs', exact: true }).waitFor();
  world.snippet(
    `import wandb
wandb.Api().artifact("${TEAM}/${PROJECT}/raw-signs:latest").link("${registry}/Seen at once", aliases=["first"])`,
  );
  await soon(
    page,
    shown(page.getByRole('link', { name: 'Seen at once', exact: true })),
    'the new collection',
  );
  const selection = encodeURIComponent(`${registry}/Seen at once`);
  await page.goto(`${BASE}/registry/dataset?selectionPath=${selection}&view=membership&version=v0`);
  const main = page.getByRole('main');
  await main.getByText('first', { exact: true }).first().waitFor();
  world.snippet(
    `import wandb
version = wandb.Api().artifact("${registry}/Seen at once:v0")
version.aliases = ["latest", "second"]
version.save()`,
  );
  await soon(page, shown(main.getByText('second', { exact: true })), 'the new alias');
  // The page and the tree beside it ask by themselves, one a moment before the other.
  const old = main.getByText('first', { exact: true });
  await soon(page, async () => (await old.count()) === 0, 'that the old one is gone');
});

flow('UI-26 UI-28: a new project of the team, a new run of the project', async ({ page, world }) => {
  await page.goto(`/${TEAM}`);
  await page.getByRole('link', { name: PROJECT, exact: true }).waitFor();
  const start = (project, name) =>
    world.snippet(`import wandb
with wandb.init(entity="${TEAM}", project="${project}", name="${name}"):
    pass`);
  start('live-view', 'one');
  await soon(page, shown(page.getByRole('link', { name: 'live-view', exact: true })), 'the project');
  await page.goto(`/${TEAM}/live-view`);
  await page.getByRole('link', { name: 'one', exact: true }).waitFor();
  start('live-view', 'two');
  await soon(page, shown(page.getByRole('link', { name: 'two', exact: true })), 'the run');
});
