// The settings of a registry, block by block: who is in it, with which role, who owns it, which aliases
// are protected, and its end.
import { becomes, equal, flow, holds, until } from '../lib/flow.mjs';
import { answered } from '../lib/page.mjs';
import { ORG, ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BASE = '/orgs/Northwind%20Labs/registry';
const UPSERT = 'mutation($i:UpsertModelInput!){upsertModel(input:$i){project{id}}}';

/** A registry of this flow's own; -> where its settings are. */
async function registry(world, name, access = 'PRIVATE') {
  await world.graphql(UPSERT, { i: { entityName: ORG_ENTITY, name: `wandb-registry-${name}`, access } });
  return `${BASE}/${encodeURIComponent(name)}/settings`;
}

/** -> its name */
async function serviceAccount(world) {
  const made = await world.graphql(
    'mutation($i:CreateServiceAccountInput!){createServiceAccount(input:$i){user{username}}}',
    { i: { entityName: TEAM, description: 'robot' } },
  );
  return made.createServiceAccount.user.username;
}

async function member(world, name, role) {
  world.user(name, ['--email', `${name}@example.com`]);
  world.operate(['org', 'member', 'set', ORG, name, role]);
}

const roleOf = (page, name) => page.getByRole('textbox', { name: `Registry role of ${name}`, exact: true });

flow('UI-16: the blocks of the settings, in their order', async ({ page, world }) => {
  await page.goto(await registry(world, 'Blocks'));
  await page.getByRole('region', { name: 'Protected Aliases' }).waitFor();
  const words = [
    'Settings',
    'Name',
    'Description',
    'Registry visibility',
    'Accepted artifact types',
    'Registry access',
    'Add access',
    'Registry members and roles',
    'Protected Aliases',
  ];
  const inOrder = async () => {
    const text = await page.getByRole('main').innerText();
    const places = words.map((word) => text.indexOf(word));
    return words.filter((_, i) => places[i] >= 0 && places[i] === Math.max(...places.slice(0, i + 1)));
  };
  await becomes(inOrder, words, 'all are there, in this order');
  await page.getByRole('button', { name: 'Star Blocks' }).waitFor();
  await until(async () => {
    const bin = await page.getByRole('button', { name: 'Delete registry' }).boundingBox();
    return bin.x > 1000 && bin.y < 250;
  }, 'the bin is in the upper right');
});

flow('UI-16: name, description, visibility and types are changed', async ({ page, world }) => {
  await page.goto(await registry(world, 'Draft'));
  await page.getByRole('textbox', { name: 'Description' }).fill('Kept for later.');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Final draft');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  await until(() => page.url().endsWith('/Final%20draft/settings'), 'the address follows the name');
  await page.getByRole('textbox', { name: 'Registry visibility' }).click();
  await page.getByRole('option', { name: 'Restricted' }).click();
  await page.getByText('Only people and teams that were added see it.').waitFor();
  await page.getByRole('textbox', { name: 'Accepted artifact types' }).click();
  await page.getByRole('option', { name: 'Specify types' }).click();
  await page.getByRole('textbox', { name: 'More types' }).fill('a/b');
  await page.keyboard.press('Enter');
  await page.getByText('A type name cannot contain').waitFor();
  await until(
    () => page.getByRole('button', { name: 'Save types' }).isDisabled(),
    'not while a type is wrong',
  );
  await page.keyboard.press('Backspace');
  await page.getByRole('textbox', { name: 'More types' }).fill('model');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save types' }).click();
  const saved = () =>
    world.graphql(
      `{project(entityName:"${ORG_ENTITY}",name:"wandb-registry-Final draft"){access description
        allowAllArtifactTypesInRegistry artifactTypes(includeAll:true){edges{node{name}}}}}`,
    );
  await until(async () => !(await saved()).project.allowAllArtifactTypesInRegistry, 'the types are saved');
  const { project } = await saved();
  equal(
    [project.access, project.description, project.artifactTypes.edges.map((e) => e.node.name)],
    ['RESTRICTED', 'Kept for later.', ['model']],
    'what is kept',
  );
  await page.getByRole('main').getByText('model', { exact: true }).waitFor();
});

flow(
  'UI-17: people by name and e-mail address, a service account and a team get access',
  async ({ page, world }) => {
    await member(world, 'irene', 'member');
    await member(world, 'boss', 'admin');
    const robot = await serviceAccount(world);
    await page.goto(await registry(world, 'Access', 'RESTRICTED'));
    await page.getByText('Only those listed below have access.').waitFor();
    await page.getByRole('button', { name: 'Add access' }).click();
    const field = page.getByRole('textbox', { name: 'Include users and teams' });
    const add = page.getByRole('dialog').getByRole('button', { name: 'Add access' });
    for (const stranger of ['nobody', 'nobody@example.com', 'olga']) {
      await field.fill(stranger);
      await page.keyboard.press('Enter');
      await add.click();
      await page.getByRole('alert').getByText(`Nobody in ${ORG} is called '${stranger}'`).waitFor();
      await field.click();
      await page.keyboard.press('Backspace');
    }
    await field.fill('speec');
    await page.getByRole('option', { name: 'speech' }).click();
    for (const name of ['grace', 'irene@example.com', 'boss', robot]) {
      await field.fill(name);
      await page.keyboard.press('Enter');
    }
    await add.click();
    await roleOf(page, 'speech').waitFor();
    const wanted = {
      speech: 'Restricted Viewer',
      grace: 'Restricted Viewer',
      irene: 'Restricted Viewer',
      boss: 'Admin',
      [robot]: 'Member',
    };
    for (const [name, role] of Object.entries(wanted))
      await becomes(() => roleOf(page, name).inputValue(), role, `the first role of ${name}`);
  },
);

flow('UI-18: many members come a page at a time, and any of them is found', async ({ page, world }) => {
  const COUNT = 108;
  const name = (i) => `crowd${String(i).padStart(3, '0')}`;
  for (let i = 0; i < COUNT; i++) {
    world.operate(['user', 'add', name(i), '--no-key']);
    world.operate(['org', 'member', 'set', ORG, name(i), 'viewer']);
  }
  const address = await registry(world, 'Crowd');
  const { organization, project } = await world.graphql(
    `{ organization(name: "${ORG}") { people(text: "crowd", first: 1000) { members { id } } }
       project(entityName: "${ORG_ENTITY}", name: "wandb-registry-Crowd") { id } }`,
  );
  await world.graphql('mutation($i:CreateProjectMembersInput!){createProjectMembers(input:$i){success}}', {
    i: { projectId: project.id, userIds: organization.people.members.map(({ id }) => id), teamIds: [] },
  });
  const sizes = [];
  page.on('response', async (response) => {
    if (response.request().postDataJSON?.()?.operationName !== 'RegistryPeople') return;
    const { data } = await response.json();
    sizes.push(data.project.people.members.length);
  });
  await page.goto(address);
  await roleOf(page, name(0)).waitFor();
  await until(() => sizes.length > 0, 'what was answered');
  equal(sizes[0], 100, 'members of the first page');
  // The page grows with the rows that come.
  await until(async () => {
    await page.keyboard.press('End');
    return (await roleOf(page, name(COUNT - 1)).count()) > 0;
  }, 'the last member');
  // The first page may have been read again: the members were added just before.
  await until(() => sizes.some((size) => size < 100), `then the next: ${sizes}`);
  equal(Math.max(...sizes), 100, 'members in one answer');
  const section = page.getByRole('region', { name: 'Registry members and roles' });
  await section.getByRole('textbox', { name: 'Member', exact: true }).fill('CROWD077');
  await roleOf(page, name(77)).waitFor();
  await becomes(
    () => page.getByRole('textbox', { name: /^Registry role of/ }).count(),
    1,
    'members that are found',
  );
  for (let i = 0; i < COUNT; i++) world.operate(['user', 'delete', name(i)]);
});

flow(
  'UI-18: a member is found, gets a role and is made owner; access is deleted',
  async ({ page, world }) => {
    await member(world, 'kim', 'member');
    const robot = await serviceAccount(world);
    await page.goto(await registry(world, 'Roles'));
    await page.getByRole('button', { name: 'Add access' }).click();
    const field = page.getByRole('textbox', { name: 'Include users and teams' });
    await field.fill(`kim, ${robot}, ${TEAM},`);
    await page.getByRole('dialog').getByRole('button', { name: 'Add access' }).click();
    const section = page.getByRole('region', { name: 'Registry members and roles' });
    await roleOf(page, 'kim').waitFor();
    await section.getByRole('columnheader', { name: 'Registry role' }).waitFor();
    await section.getByRole('textbox', { name: 'Member', exact: true }).fill('kim@exam');
    await roleOf(page, TEAM).waitFor({ state: 'detached' });
    const row = section.getByRole('row').filter({ hasText: 'kim' });
    await row.getByText('Restricted Viewer', { exact: true }).waitFor();

    await roleOf(page, 'kim').click();
    await becomes(
      () => page.getByRole('option').allInnerTexts(),
      ['Restricted Viewer', 'Viewer', 'Member', 'Admin'],
      'roles of people',
    );
    await page.getByRole('option', { name: 'Member', exact: true }).click();
    await until(async () => (await roleOf(page, 'kim').inputValue()) === 'Member', 'the role');

    await section.getByRole('textbox', { name: 'Member', exact: true }).fill('');
    await roleOf(page, robot).click();
    await becomes(
      () => page.getByRole('option').allInnerTexts(),
      ['Member', 'Admin'],
      'roles of service accounts',
    );
    await page.keyboard.press('Escape');

    await page.getByText('ada answers for this registry').waitFor();
    await page.getByRole('button', { name: `More for ${robot}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    await becomes(
      () => page.getByRole('menuitem').allInnerTexts(),
      ['Delete'],
      'only a person answers for a registry',
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More for kim' }).click();
    await page.getByRole('menuitem', { name: 'Make owner' }).click();
    await page.getByText('kim answers for this registry').waitFor();
    await row.getByText('Owner', { exact: true }).waitFor();

    for (const name of [TEAM, 'kim', robot]) {
      await page.getByRole('button', { name: `More for ${name}`, exact: true }).click();
      // The menu of the one before may still fade away.
      const menu = page.getByRole('menu', { name: `More for ${name}`, exact: true });
      await menu.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await roleOf(page, name).waitFor({ state: 'detached' });
      // Before the next one asks with the same words.
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  },
);

flow('UI-12: a protected alias: defined, drawn with a lock, obeyed', async ({ page, world }) => {
  const path = await registry(world, 'Guarded');
  const project = `${ORG_ENTITY}/wandb-registry-Guarded`;
  world.snippet(
    `import wandb
wandb.Api().artifact("${TEAM}/${PROJECT}/raw-signs:latest").link("${project}/Signs", aliases=["golden"])`,
  );
  await page.goto(path);
  const section = page.getByRole('region', { name: 'Protected Aliases' });
  await section.getByRole('button', { name: 'Add alias' }).click();
  await section.getByRole('textbox', { name: 'New alias' }).fill('golden');
  await answered(page, 'ProtectAlias', () => page.keyboard.press('Enter'));
  await section.locator('[data-kind="locked"]').getByText('golden').waitFor();
  const version = `${BASE}/Guarded?selectionPath=${encodeURIComponent(`${project}/Signs`)}&view=membership&version=v0`;
  await page.goto(version);
  await page.getByRole('main').locator('[data-kind="locked"]').getByText('golden').first().waitFor();
  // What nobody but an admin of the registry may do, through the real client.
  const said = world.snippet(
    `import wandb
def tried(what):
    try:
        what()
        return "done"
    except Exception as error:
        return str(error)
api = wandb.Api()
version = api.artifact("${project}/Signs:v0")
print(tried(version.unlink))
print(tried(api.artifact_collection("dataset", "${project}/Signs").delete))
`,
    'grace',
  );
  const lines = said.trim().split('\n');
  holds(lines.length >= 2 && lines.every((line) => line !== 'done'), `refused: ${said}`);
});

flow(
  'UI-12: a member of the registry sees the protected aliases and cannot change them',
  async ({ page, world }) => {
    await registry(world, 'Watched');
    const id = (
      await world.graphql(`{project(entityName:"${ORG_ENTITY}",name:"wandb-registry-Watched"){id}}`)
    ).project.id;
    const grace = (await world.graphql('{viewer{id}}', {}, 'grace')).viewer.id;
    await world.graphql('mutation($i:ProtectedAliasInput!){createProtectedAlias(input:$i){success}}', {
      i: { projectId: id, alias: 'blessed' },
    });
    await world.graphql('mutation($i:UpdateProjectMemberInput!){updateProjectMember(input:$i){success}}', {
      i: { projectId: id, userId: grace, userProjectRole: 'member' },
    });
    await page.goto(`${BASE}/Watched/settings`);
    const section = page.getByRole('region', { name: 'Protected Aliases' });
    await section.locator('[data-kind="locked"]').getByText('blessed').waitFor();
    equal(await section.getByRole('button').count(), 0, 'no button to add or remove');
  },
  { as: 'grace' },
);

flow(
  'UI-19: a registry is deleted after its name was typed; core registries and sources stay',
  async ({ page, world }) => {
    const path = await registry(world, 'Gone soon');
    world.snippet(
      `import wandb
wandb.Api().artifact("${TEAM}/${PROJECT}/raw-signs:latest").link("${ORG_ENTITY}/wandb-registry-Gone soon/Signs")`,
    );
    await page.goto(path);
    await page.getByRole('button', { name: 'Delete registry' }).click();
    const button = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
    for (const wrong of ['', 'Gone', 'gone soon', 'Gone soon ']) {
      await page.getByLabel('Type Gone soon to confirm').fill(wrong);
      await until(() => button.isDisabled(), `not with '${wrong}'`);
    }
    await page.getByLabel('Type Gone soon to confirm').fill('Gone soon');
    await button.click();
    await page.getByRole('link', { name: 'model', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Gone soon' }).first().waitFor({ state: 'detached' });
    await page.goto(`/${TEAM}/${PROJECT}/artifacts/dataset/raw-signs/v0`);
    await page.getByRole('heading', { name: 'raw-signs' }).waitFor();
    await page.goto(`${BASE}/model/settings`);
    await page.getByRole('region', { name: 'Protected Aliases' }).waitFor();
    equal(
      await page.getByRole('button', { name: 'Delete registry' }).count(),
      0,
      'a core registry has no bin',
    );
  },
);
