// A version: its aliases and tags, its files, its lineage, compared with another.
import { flow, holds } from '../lib/flow.mjs';
import { answered, soon, typeInto } from '../lib/page.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const COLLECTION = `/orgs/Northwind%20Labs/registry/model?selectionPath=${encodeURIComponent(
  `${ORG_ENTITY}/wandb-registry-model/Sign Detector`,
)}&view=membership`;

flow('UI-10: the address that the client prints opens the version', async ({ page, world }) => {
  const url = world
    .snippet(
      `import wandb; print(wandb.Api().artifact("${ORG_ENTITY}/wandb-registry-model/Sign Detector:v1").url)`,
    )
    .trim();
  await page.goto(url);
  await page.getByText(`${ORG_ENTITY}/wandb-registry-model/Sign Detector:v1`, { exact: true }).waitFor();
});

flow('UI-11: an alias is added with the keyboard, moves, and goes', async ({ page }) => {
  await page.goto(`${COLLECTION}&version=v0`);
  const add = async () => {
    await page.getByRole('button', { name: 'Add alias' }).click();
    await typeInto(page, page.getByRole('textbox', { name: 'New alias' }), 'candidate');
    await answered(page, 'AddAliases', () => page.keyboard.press('Enter'));
    await page.getByRole('button', { name: 'Remove alias candidate' }).waitFor();
  };
  await add();
  await page.goto(`${COLLECTION}&version=v1`);
  await add();
  await page.goto(`${COLLECTION}&version=v0`);
  await page.getByText('Full Name').waitFor();
  holds(
    (await page.getByRole('button', { name: 'Remove alias candidate' }).count()) === 0,
    'the alias left the version that had it',
  );
  await page.goto(`${COLLECTION}&version=v1`);
  const remove = page.getByRole('button', { name: 'Remove alias candidate' });
  await answered(page, 'DeleteAliases', () => remove.click());
  await remove.waitFor({ state: 'detached' });
});

flow('UI-09: a tag that is none is explained', async ({ page }) => {
  await page.goto(COLLECTION);
  await page.getByRole('button', { name: 'Add tag' }).click();
  await typeInto(page, page.getByRole('textbox', { name: 'New tag' }), 'a/b');
  await page.keyboard.press('Enter');
  await page.getByText('Tags must only contain alphanumeric characters').waitFor();
  await page.keyboard.press('Escape');
});

flow('UI-10: files: the tree, previews, a deep link', async ({ page }) => {
  await page.goto(`${COLLECTION}&version=v2&tab=files`);
  await page.getByRole('treeitem').getByText('notes').click();
  await page.getByRole('treeitem').getByText('card.md').click();
  await page.getByRole('heading', { name: 'Street sign detector' }).waitFor();
  await page.getByRole('treeitem').getByText('config.json').click();
  await page.getByText('learning_rate').waitFor();
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/dataset/clean-signs/v0/files/splits/test.json`);
  await page.getByRole('treeitem', { selected: true }).getByText('test.json').waitFor();
  await page.getByText('40 items').waitFor();
});

flow('UI-14: lineage: from the data to the report', async ({ page }) => {
  await page.goto(`${COLLECTION}&version=v2&tab=lineage`);
  for (const name of [
    'clean-signs:v1',
    'train-3',
    'sign-detector:v2',
    'evaluate-production',
    'report-production:v0',
  ])
    await page.getByTitle(name, { exact: true }).waitFor();
  await page.getByTitle('train-3', { exact: true }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'train-3' }).waitFor();
  await page.getByRole('tab', { name: 'Artifacts' }).click();
  await page.getByRole('table', { name: 'Outputs' }).getByText('sign-detector:v2').waitFor();
});

flow('UI-24: two versions are compared by content', async ({ page }) => {
  await page.goto(COLLECTION);
  await page.getByRole('button', { name: 'Compare v1 and v2' }).click();
  await page.getByText('2 changed').waitFor();
  await page.getByRole('row').filter({ hasText: 'model.bin' }).getByText('+256 B').waitFor();
  await page.getByRole('table', { name: 'Metadata' }).getByText('mAP').waitFor();
});

flow('UI-30: what changes elsewhere shows within two seconds', async ({ page, world }) => {
  await page.goto(`${COLLECTION}&version=v1`);
  await page.getByText('Full Name').waitFor();
  const { project } = await world.graphql(
    `{ project(entityName: "${ORG_ENTITY}", name: "wandb-registry-model") {
         artifactCollectionMembership(name: "Sign Detector:v1") { artifact { id } } } }`,
  );
  const id = project.artifactCollectionMembership.artifact.id;
  const change = (mutation) =>
    world.graphql(
      `mutation { ${mutation}(input: {artifactID: "${id}", aliases: [{entityName: "${ORG_ENTITY}",
         projectName: "wandb-registry-model", artifactCollectionName: "Sign Detector", alias: "from-elsewhere"}]}) { success } }`,
    );
  await change('addAliases');
  const chip = page.getByRole('button', { name: 'Remove alias from-elsewhere' });
  await soon(page, async () => (await chip.count()) > 0, 'the alias');
  await change('deleteAliases');
  await soon(page, async () => (await chip.count()) === 0, 'that it is gone');
});

flow('UI-30: scripts in descriptions and files never run', async ({ page, world }) => {
  world.snippet(`
import pathlib, tempfile, wandb
evil = '<script>window.ran = 1</script><img src=x onerror="window.ran = 1"><svg onload="window.ran = 1">[x](javascript:window.ran=1)'
with wandb.init(entity="${TEAM}", project="${PROJECT}") as run:
    artifact = wandb.Artifact("evil", type="report", description=evil, metadata={"evil": evil})
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ["page.html", "picture.svg", "text.md", "rows.csv"]:
        (folder / name).write_text(evil)
    artifact.add_dir(str(folder))
    run.log_artifact(artifact).wait()
`);
  const base = `/${TEAM}/${PROJECT}/artifacts/report/evil/v0`;
  for (const rest of [
    '',
    '/metadata',
    '/files/page.html',
    '/files/picture.svg',
    '/files/text.md',
    '/files/rows.csv',
  ]) {
    await page.goto(base + rest);
    await page.getByRole('heading', { name: 'evil' }).waitFor();
    await page.waitForLoadState('networkidle');
    holds((await page.evaluate(() => window.ran)) === undefined, `nothing ran on ${rest || 'the overview'}`);
    const links = await page.evaluate(
      () => [...document.links].filter((a) => a.protocol === 'javascript:').length,
    );
    holds(links === 0, 'no link that runs');
  }
});
