// A collection's page: its card, the table of its versions, its history, and versions that go.
import { readFileSync } from 'node:fs';

import { Visitor } from '../lib/browser.mjs';
import { equal, flow, holds } from '../lib/flow.mjs';
import { answered, typeInto } from '../lib/page.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const REGISTRY = '/orgs/Northwind%20Labs/registry/model';
const at = (collection) =>
  `${REGISTRY}?selectionPath=${encodeURIComponent(`${ORG_ENTITY}/wandb-registry-model/${collection}`)}&view=membership`;
const COLLECTION = at('Sign Detector');

/** Versions of a new artifact, each with aliases of its own. */
function log(world, name, aliases, type = 'model') {
  world.snippet(`
import pathlib, tempfile, wandb
for number, aliases in enumerate(${JSON.stringify(aliases)}):
    with wandb.init(entity="${TEAM}", project="${PROJECT}") as run:
        artifact = wandb.Artifact("${name}", type="${type}")
        file = pathlib.Path(tempfile.mkdtemp()) / "data.bin"
        file.write_bytes(bytes([number]) * 1000 * (5 - number))
        artifact.add_file(str(file))
        run.log_artifact(artifact, aliases=aliases).wait()
`);
}

async function versionsOf(world, name, entity = TEAM, project = PROJECT) {
  const data = await world.graphql(
    `query($e: String!, $p: String!, $c: String!) { project(name: $p, entityName: $e) {
       artifactCollection(name: $c) { artifacts(first: 100) { edges { version } } } } }`,
    { e: entity, p: project, c: name },
  );
  return data.project.artifactCollection.artifacts.edges.map((edge) => edge.version).sort();
}

flow('UI-08 UI-23: several versions are deleted by one call', async ({ page, world }) => {
  log(world, 'many', [[], [], ['keep'], [], ['latest']]);
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/many`);
  for (const version of ['v0', 'v2', 'v3'])
    await page.getByRole('checkbox', { name: `Select ${version}` }).check();
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Delete versions' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 3 versions of many?' });
  await dialog.getByText('Also those that have aliases (1)').waitFor();
  await dialog.getByText('That frees 7.0 KB, which no other version needs.').waitFor();
  await dialog.getByRole('button', { name: 'Delete versions' }).click();
  await page.getByText('2 versions were deleted, 0 links were removed; 1 stay').waitFor();
  await page.getByRole('link', { name: 'v3', exact: true }).waitFor({ state: 'detached' });
  equal(await versionsOf(world, 'many'), ['v1', 'v2', 'v4'], 'the one with an alias stays');

  await page.getByRole('checkbox', { name: 'Select all versions' }).check();
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Delete versions' }).click();
  await page.getByRole('checkbox', { name: 'Also those that have aliases (2)' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete versions' }).click();
  await page.getByText('3 versions were deleted').waitFor();
  await page.getByText('No versions yet').waitFor();
  equal(await versionsOf(world, 'many'), [], 'all of them went');
});

flow('UI-20 UI-23: versions are unlinked together, and stay in their project', async ({ page, world }) => {
  log(world, 'shown', [[], [], []]);
  world.snippet(`
import wandb
api = wandb.Api()
for number in range(3):
    api.artifact(f"${TEAM}/${PROJECT}/shown:v{number}").link("wandb-registry-model/Shown Together")
`);
  await page.goto(at('Shown Together'));
  await page.getByRole('checkbox', { name: 'Select v0' }).check();
  await page.getByRole('checkbox', { name: 'Select v1' }).check();
  await page.getByRole('button', { name: 'Unlink versions' }).click();
  await page.getByRole('dialog').getByText('stay in their projects').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink versions' }).click();
  await page.getByText('2 links were removed').waitFor();
  await page.getByRole('link', { name: 'v0', exact: true }).waitFor({ state: 'detached' });
  equal(await versionsOf(world, 'Shown Together', ORG_ENTITY, 'wandb-registry-model'), ['v2'], 'left');
  equal(await versionsOf(world, 'shown'), ['v0', 'v1', 'v2'], 'the sources stay');
});

flow('UI-08: columns are chosen and kept, and the table is sorted by the server', async ({ page, world }) => {
  log(world, 'sorted', [[], [], []]);
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/sorted`);
  const table = page.getByRole('table', { name: 'Versions' });
  const first = table.getByRole('row').nth(1);
  await first.getByRole('link', { name: 'v2', exact: true }).waitFor();
  await table.getByRole('button', { name: 'Size' }).click();
  await first.getByRole('link', { name: 'v0', exact: true }).waitFor();
  await table.getByRole('button', { name: 'Size' }).click();
  await first.getByRole('link', { name: 'v2', exact: true }).waitFor();
  for (const name of ['Version', 'Aliases and tags', 'Created by', 'Size', 'TTL', 'Created'])
    await table.getByRole('columnheader', { name, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'TTL' }).uncheck();
  await page.getByRole('checkbox', { name: 'Files' }).check();
  await page.keyboard.press('Escape');
  await page.reload();
  await table.getByRole('columnheader', { name: 'Files' }).waitFor();
  equal(await table.getByRole('columnheader', { name: 'TTL' }).count(), 0, 'columns TTL');
});

flow('UI-08: metrics of the runs stand beside their versions', async ({ page }) => {
  await page.goto(COLLECTION);
  await page.getByText('Show metrics').click();
  const table = page.getByRole('table', { name: 'Versions' });
  await table.getByRole('columnheader', { name: 'mAP' }).waitFor();
  await table.getByRole('row').filter({ hasText: 'v2' }).getByText('0.89').waitFor();
});

flow('UI-09: description and tags are edited and kept', async ({ page }) => {
  await page.goto(at('Edited By Hand'));
  await page.getByText('Not found').waitFor();
  await page.goto(REGISTRY);
  await page.getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Edited By Hand');
  await page.getByRole('dialog').getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('heading', { name: 'Edited By Hand' }).waitFor();
  await page.getByRole('button', { name: 'Edit description' }).click();
  await page.getByRole('textbox', { name: 'Description' }).fill('# A card\n\nWith *markdown*.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'A card' }).waitFor();
  await page.getByRole('button', { name: 'Add tag' }).click();
  await typeInto(page, page.getByRole('textbox', { name: 'New tag' }), 'prod-ready');
  await answered(page, 'AddCollectionTags', () => page.keyboard.press('Enter'));
  await page.getByRole('button', { name: 'Remove tag prod-ready' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'A card' }).waitFor();
  await page.getByRole('button', { name: 'Remove tag prod-ready' }).click();
  await page.getByRole('button', { name: 'Remove tag prod-ready' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Edit description' }).click();
  await page.getByRole('textbox', { name: 'Description' }).fill('never mind');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'A card' }).waitFor();
});

flow(
  'UI-09 UI-20 UI-23: a viewer sees no control that the server would refuse',
  async ({ page }) => {
    await page.goto(COLLECTION);
    await page.getByRole('link', { name: 'v2', exact: true }).waitFor();
    for (const name of ['Edit description', 'Add tag', 'Link new version'])
      equal(await page.getByRole('button', { name }).count(), 0, `buttons ${name}`);
    equal(await page.getByRole('checkbox', { name: /Select/ }).count(), 0, 'boxes to select versions');
    await page.getByRole('button', { name: 'More about Sign Detector' }).click();
    await page.getByRole('menuitem', { name: 'Action History' }).waitFor();
    for (const name of ['Rename', 'Delete collection'])
      equal(await page.getByRole('menuitem', { name }).count(), 0, `items ${name}`);
    await page.goto(`${COLLECTION}&version=v2`);
    await page.getByText('Full Name').waitFor();
    for (const name of ['Add alias', 'Add tag', 'Edit description', /^Remove alias/])
      equal(await page.getByRole('button', { name }).count(), 0, `buttons ${name}`);
    await page.getByRole('button', { name: 'More for v2' }).click();
    await page.getByRole('menuitem', { name: 'Compare' }).waitFor();
    equal(await page.getByRole('menuitem', { name: 'Unlink version' }).count(), 0, 'items Unlink version');
    await page.goto(REGISTRY);
    await page.getByRole('link', { name: 'Sign Detector', exact: true }).waitFor();
    for (const name of ['Create collection', /^More for/])
      equal(await page.getByRole('button', { name }).count(), 0, `buttons ${name}`);
    await page.goto('/registry/');
    await page.getByRole('link', { name: 'model', exact: true }).waitFor();
    equal(await page.getByRole('button', { name: 'Create registry' }).count(), 0, 'buttons Create registry');
  },
  { as: 'linus' },
);

flow('UI-13: the history is narrowed by user, action and date, and saved', async ({ page }) => {
  await page.goto(COLLECTION);
  await page.getByRole('button', { name: 'More about Sign Detector' }).click();
  await page.getByRole('menuitem', { name: 'Action History' }).click();
  const table = page.getByRole('table', { name: 'Action History' });
  await table.getByText('Version added').first().waitFor();
  await page.getByLabel('To this day').fill('2020-01-31');
  await page.getByText('Nothing like that happened').waitFor();
  await page.getByLabel('From this day').fill('2020-01-01');
  await page.getByLabel('To this day').fill('');
  await table.getByText('Version added').first().waitFor();
  await page.getByRole('textbox', { name: 'Only by this user' }).fill('linus');
  await page.getByText('Nothing like that happened').waitFor();
  await page.getByRole('textbox', { name: 'Only by this user' }).fill('ada');
  await table.getByText('Version added').first().waitFor();
  await page.getByRole('textbox', { name: 'Only this action' }).click();
  await page.getByRole('option', { name: 'Alias added' }).click();
  await table.getByText('Version added').first().waitFor({ state: 'detached' });
  await table.getByText('Alias added').first().waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const coming = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  const text = readFileSync(await (await coming).path(), 'utf8');
  holds(text.startsWith('time,user,action,version,alias\r\n'), `the head of the file: ${text}`);
  holds(
    /ada,alias_added,v2,production/.test(text) && !text.includes('version_linked'),
    `what is saved: ${text}`,
  );
  await page.getByRole('button', { name: 'Export' }).click();
  const next = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'JSON' }).click();
  const lines = JSON.parse(readFileSync(await (await next).path(), 'utf8'));
  holds(lines.length > 0 && lines.every((line) => line.action === 'alias_added'), 'the same as JSON');
});

flow(
  'UI-20: a protected alias holds a version and its collection against a member',
  async ({ browser, world }) => {
    log(world, 'guarded', [[]]);
    world.snippet(`
import wandb
wandb.Api().artifact("${TEAM}/${PROJECT}/guarded:v0").link("wandb-registry-model/Guarded", aliases=["frozen"])
`);
    const { project } = await world.graphql(
      `{ project(name: "wandb-registry-model", entityName: "${ORG_ENTITY}") { id } }`,
    );
    const protect = (what) =>
      world.graphql(`mutation($i: ProtectedAliasInput!) { ${what}(input: $i) { success } }`, {
        i: { projectId: project.id, alias: 'frozen' },
      });
    const member = (role) =>
      world.graphql(
        `mutation($i: UpdateProjectMemberInput!) { updateProjectMember(input: $i) { success } }`,
        { i: { projectId: project.id, userId: ids.grace, userProjectRole: role } },
      );
    const people = await world.graphql(`{ users(query: "grace") { edges { node { id username } } } }`);
    const ids = { grace: people.users.edges[0].node.id };
    await protect('createProtectedAlias');
    await member('member');
    const visitor = await Visitor.arrive(browser, world.url);
    try {
      const { page } = visitor;
      await visitor.signIn('grace');
      visitor.expect(403);
      await page.goto(`${at('Guarded')}&version=v0`);
      await page.getByText('Full Name').waitFor();
      equal(await page.getByRole('button', { name: 'Remove alias frozen' }).count(), 0, 'crosses on it');
      await page.getByRole('button', { name: 'More for v0' }).click();
      await page.getByRole('menuitem', { name: 'Unlink version' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Unlink version' }).click();
      await page
        .getByRole('alert')
        .getByText(/protected/)
        .first()
        .waitFor();
      await page.goto(at('Guarded'));
      await page.getByRole('button', { name: 'More about Guarded' }).click();
      await page.getByRole('menuitem', { name: 'Delete collection' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click();
      await page
        .getByRole('alert')
        .getByText(/protected/)
        .first()
        .waitFor();
      equal(
        await versionsOf(world, 'Guarded', ORG_ENTITY, 'wandb-registry-model'),
        ['v0'],
        'it is still there',
      );
    } finally {
      await visitor.context.close();
      await protect('deleteProtectedAlias');
    }
  },
);
