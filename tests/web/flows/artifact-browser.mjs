// The artifact browser of a project, linking out of it, and the pages that list a registry's collections.
import { becomes, equal, flow, holds, until } from '../lib/flow.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BROWSER = `/${TEAM}/${PROJECT}/artifacts`;

async function choose(page, label, option) {
  await page.getByRole('textbox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).first().click();
}

flow('UI-07: a new registry and a new collection on the way to a link', async ({ page, world }) => {
  await page.goto(`${BROWSER}/dataset/raw-signs/v0`);
  await page.getByRole('button', { name: 'Link to registry' }).click();
  const panel = page.getByRole('dialog', { name: 'Link to registry' });
  await panel.getByRole('button', { name: 'Create new registry' }).click();
  const form = page.getByRole('dialog', { name: 'Create registry' });
  await form.getByRole('textbox', { name: 'Name' }).fill('model');
  await form.getByText('please use a different name').waitFor();
  await form.getByRole('textbox', { name: 'Name' }).fill('On The Way');
  await form.getByRole('button', { name: 'Create registry' }).click();
  await form.waitFor({ state: 'detached' });
  await panel.getByRole('textbox', { name: 'Name of the new collection' }).fill('a:b');
  await panel.getByText("cannot contain ':'").waitFor();
  await until(() => panel.getByRole('button', { name: 'Next step' }).isDisabled(), 'not with such a name');
  await panel.getByRole('textbox', { name: 'Name of the new collection' }).fill('raw');
  await panel.getByRole('button', { name: 'Next step' }).click();
  await panel.getByRole('textbox', { name: 'Aliases' }).fill('first');
  await page.keyboard.press('Enter');
  await panel.getByRole('button', { name: 'Link to registry' }).click();
  await page
    .getByRole('alert')
    .getByRole('link', { name: /raw:v0/ })
    .waitFor();
  await page.getByRole('region', { name: 'Linked collections' }).getByText('On The Way / raw:v0').waitFor();
  const { project } = await world.graphql(
    `{ project(name: "wandb-registry-On The Way", entityName: "${ORG_ENTITY}") {
         artifactCollectionMembership(name: "raw:first") { versionIndex } } }`,
  );
  equal(project.artifactCollectionMembership.versionIndex, 0, 'the version that the alias names');
});

flow('UI-07: registries and collections of another type are not offered', async ({ page }) => {
  await page.goto(`${BROWSER}/dataset/raw-signs/v0`);
  await page.getByRole('button', { name: 'Link to registry' }).click();
  await page.getByRole('textbox', { name: 'Registry', exact: true }).click();
  await page.getByRole('option', { name: 'dataset', exact: true }).waitFor();
  equal(await page.getByRole('option', { name: 'model', exact: true }).count(), 0, 'registries of models');
  await page.getByRole('option', { name: 'Speech' }).click();
  await page.getByRole('textbox', { name: 'Select a collection' }).click();
  await page.getByText('No collection of type dataset').waitFor();
});

flow(
  'UI-07: what a person logged for themselves cannot be linked, and it says why',
  async ({ page, world }) => {
    world.snippet(`
import pathlib, tempfile, wandb
with wandb.init(entity="ada", project="own") as run:
    artifact = wandb.Artifact("mine", type="model")
    file = pathlib.Path(tempfile.mkdtemp()) / "data.bin"
    file.write_bytes(b"mine")
    artifact.add_file(str(file))
    run.log_artifact(artifact).wait()
`);
    await page.goto('/ada/own/artifacts/model/mine/v0');
    await page.getByText('cannot be linked to a registry: log them to a team').waitFor();
    await until(
      () => page.getByRole('button', { name: 'Link to registry' }).isDisabled(),
      'the button is off',
    );
  },
);

flow('UI-23: the tree is narrowed by type and by name', async ({ page }) => {
  await page.goto(BROWSER);
  const table = page.getByRole('table', { name: 'Artifacts' });
  await table.getByRole('link', { name: 'sign-detector', exact: true }).waitFor();
  await page.getByRole('navigation', { name: 'Types' }).getByRole('button', { name: 'dataset' }).click();
  await table.getByRole('link', { name: 'raw-signs', exact: true }).waitFor();
  await table.getByRole('link', { name: 'sign-detector', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Search artifacts' }).fill('CLEAN');
  await table.getByRole('link', { name: 'clean-signs', exact: true }).waitFor();
  await table.getByRole('link', { name: 'raw-signs', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Versions of clean-signs' }).click();
  const versions = page.getByRole('list', { name: 'Newest versions of clean-signs' });
  await versions.getByRole('listitem').filter({ hasText: 'v1' }).getByText('latest').waitFor();
  await page.getByRole('textbox', { name: 'Search artifacts' }).fill('nothing like it');
  await page.getByText('No artifact matches').waitFor();
});

flow('UI-10 UI-23: the tabs of a version in its project', async ({ page }) => {
  await page.goto(`${BROWSER}/model/sign-detector/v2`);
  await page.getByRole('tab', { name: 'Version overview' }).waitFor();
  const wanted = { Metadata: 'framework', Usage: 'Usage API', Files: 'model.bin', Lineage: 'train-3' };
  for (const [tab, text] of Object.entries(wanted)) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await page.getByText(text).first().waitFor();
    await page.waitForURL(`**/${tab.toLowerCase()}`);
  }
  await page.getByRole('textbox', { name: 'Version', exact: true }).click();
  await page.getByRole('option', { name: /^v0/ }).click();
  await page.getByRole('heading', { name: 'sign-detector' }).waitFor();
  await page.waitForURL('**/sign-detector/v0{,/*}');
});

flow('UI-10: everything about a linked version is on its page', async ({ page }) => {
  const path = encodeURIComponent(`${ORG_ENTITY}/wandb-registry-model/Sign Detector`);
  await page.goto(`/orgs/Northwind%20Labs/registry/model?selectionPath=${path}&view=membership&version=v2`);
  const names = [
    'Full Name',
    'Aliases',
    'Tags',
    'Type',
    'Created by',
    'Created',
    'Size',
    'Digest',
    'TTL',
    'Source',
  ];
  for (const name of names) await page.getByRole('term').getByText(name, { exact: true }).waitFor();
  for (const name of ['Version', 'Metadata', 'Usage', 'Files', 'Lineage'])
    await page.getByRole('tab', { name, exact: true }).waitFor();
  await page.getByRole('link', { name: 'train-3' }).waitFor();
  await page
    .getByRole('region', { name: 'Also linked in' })
    .getByText('Fine-tuned Models / signs-edge')
    .waitFor();
  await page.getByRole('link', { name: `${TEAM}/${PROJECT}/sign-detector:v2` }).click();
  await page
    .getByRole('region', { name: 'Linked collections' })
    .getByText('model / Sign Detector:v2')
    .waitFor();
});

flow('UI-23: time to live: custom, inherited, none', async ({ page, world }) => {
  world.snippet(`
import pathlib, tempfile, wandb
with wandb.init(entity="${TEAM}", project="${PROJECT}") as run:
    artifact = wandb.Artifact("short-lived", type="report")
    file = pathlib.Path(tempfile.mkdtemp()) / "data.bin"
    file.write_bytes(b"for a while")
    artifact.add_file(str(file))
    run.log_artifact(artifact).wait()
`);
  await page.goto(`${BROWSER}/report/short-lived/v0`);
  const set = async (kind, days) => {
    await page.getByRole('button', { name: 'More for v0' }).click();
    await page.getByRole('menuitem', { name: 'Edit TTL policy' }).click();
    await page.getByRole('radio', { name: kind }).check();
    if (days) await page.getByRole('textbox', { name: 'Days' }).fill(days);
    await page.getByRole('button', { name: 'Update TTL policy' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await set('Custom', '9');
  await page.getByText('9 days after it was made').waitFor();
  await set('Deactivate');
  await page.getByText('Never expires').waitFor();
  await set('Inherit');
  await page.getByText('Never expires').waitFor();
  await page.getByRole('button', { name: 'More for v0' }).click();
  await page.getByRole('menuitem', { name: 'Delete version' }).click();
  await page.getByRole('dialog').getByText('Its aliases (latest) go with it.').waitFor();
  await page.getByRole('dialog').getByText('That frees 11 B, which no other version needs.').waitFor();
  await page.getByRole('dialog').getByText('For 7 days it can be restored').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete version' }).click();
  await page.getByText('short-lived:v0 is deleted').waitFor();
  await page.getByRole('button', { name: 'More about short-lived' }).click();
  await page.getByRole('menuitem', { name: 'Delete collection' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click();
  await page.getByRole('table', { name: 'Artifacts' }).waitFor();
  await page.getByRole('link', { name: 'short-lived' }).first().waitFor({ state: 'detached' });
});

flow('UI-23 UI-29: content that another version has is not freed', async ({ page, world }) => {
  world.snippet(`
import pathlib, tempfile, wandb
for extra in ("", "a little more"):
    with wandb.init(entity="${TEAM}", project="shared-content") as run:
        artifact = wandb.Artifact("twice", type="report")
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "same.bin").write_bytes(b"x" * 5000)
        if extra:
            (folder / "more.txt").write_text(extra)
        artifact.add_dir(str(folder))
        run.log_artifact(artifact).wait()
`);
  for (const [version, text] of [
    ['v0', 'That frees nothing'],
    ['v1', 'That frees 13 B'],
  ]) {
    await page.goto(`/${TEAM}/shared-content/artifacts/report/twice/${version}`);
    await page.getByRole('button', { name: `More for ${version}` }).click();
    await page.getByRole('menuitem', { name: 'Delete version' }).click();
    await page.getByRole('dialog').getByText(text).waitFor();
  }
  // What the two share is freed by neither alone, and by both together.
  await page.goto(`/${TEAM}/shared-content/artifacts/report/twice`);
  await page.getByRole('checkbox', { name: 'Select all versions' }).check();
  await page.getByRole('button', { name: 'Delete versions' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 2 versions of twice?' });
  await dialog.getByText('That frees nothing: other versions need all of their content.').waitFor();
  await dialog.getByRole('checkbox', { name: 'Also those that have aliases (1)' }).check();
  await dialog.getByText('That frees 5.0 KB, which no other version needs.').waitFor();
  await dialog.getByText('For 7 days they can be restored').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

flow(
  'UI-04: a collection unfolds in its row, an empty one shows the code that fills it',
  async ({ page }) => {
    await page.goto('/orgs/Northwind%20Labs/registry/model');
    await page.getByRole('button', { name: 'Versions of Sign Detector' }).click();
    const versions = page.getByRole('list', { name: 'Newest versions of Sign Detector' });
    await versions
      .getByRole('listitem')
      .filter({ hasText: 'production' })
      .getByRole('link', { name: 'v2' })
      .waitFor();
    await becomes(() => versions.getByRole('listitem').count(), 3, 'its versions');
    await page.getByRole('button', { name: 'Create collection' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Nothing Yet');
    await page.getByRole('dialog').getByRole('button', { name: 'Create collection' }).click();
    await page.getByRole('heading', { name: 'Nothing Yet' }).waitFor();
    await page.getByRole('link', { name: 'model', exact: true }).click();
    await page.getByRole('button', { name: 'Versions of Nothing Yet' }).click();
    await page.getByText(`target_path="${ORG_ENTITY}/wandb-registry-model/Nothing Yet"`).waitFor();
    await page.getByRole('button', { name: 'More for Nothing Yet' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click();
    await page.getByRole('link', { name: 'Nothing Yet' }).waitFor({ state: 'detached' });
  },
);

flow('UI-05: a collection with tags, a card and its first version', async ({ page }) => {
  await page.goto('/orgs/Northwind%20Labs/registry/model');
  await page.getByRole('button', { name: 'Create collection' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create collection' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('a/b');
  await dialog.getByText("cannot contain '/'").waitFor();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('With Everything');
  await dialog.getByRole('textbox', { name: 'Type' }).click();
  await becomes(() => page.getByRole('option').allInnerTexts(), ['model'], 'types that it takes');
  await page.getByRole('option', { name: 'model' }).click();
  await dialog.getByRole('textbox', { name: 'Description' }).fill('## What it is');
  await dialog.getByRole('textbox', { name: 'Tags' }).fill('fresh');
  await page.keyboard.press('Enter');
  await choose(page, 'Team', TEAM);
  await choose(page, 'Project', PROJECT);
  await choose(page, 'Artifact', 'sign-detector');
  await choose(page, 'Version', /^v0/);
  await dialog.getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('heading', { name: 'What it is' }).waitFor();
  await page.getByRole('button', { name: 'Remove tag fresh' }).waitFor();
  await page.getByRole('table', { name: 'Versions' }).getByText('latest').waitFor();
});

flow(
  'UI-06: only artifacts of the type are offered, and typing finds a version by its number',
  async ({ page }) => {
    await page.goto('/orgs/Northwind%20Labs/registry/model');
    await page.getByRole('button', { name: 'More for Sign Detector' }).click();
    await page.getByRole('menuitem', { name: 'Link new version' }).click();
    await choose(page, 'Team', TEAM);
    await choose(page, 'Project', PROJECT);
    await page.getByRole('textbox', { name: 'Artifact', exact: true }).click();
    await page.getByRole('option', { name: 'sign-detector' }).waitFor();
    equal(await page.getByRole('option', { name: 'raw-signs' }).count(), 0, 'data among models');
    await page.getByRole('option', { name: 'sign-detector' }).click();
    await page.getByRole('textbox', { name: 'Version', exact: true }).fill('v1');
    await page.getByRole('option', { name: /^v1/ }).click();
    await until(
      () => page.getByRole('button', { name: 'Link', exact: true }).isEnabled(),
      'the button is on',
    );
    await page.getByRole('button', { name: 'Cancel' }).click();
  },
);
