// The tree of types, collections and versions beside the pages of a collection and of a version.
import { becomes, equal, flow, holds } from '../lib/flow.mjs';
import { PAGES } from '../lib/pages.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BROWSER = `/${TEAM}/${PROJECT}/artifacts`;
const PAGE = 30;

const treeOf = (page) => page.getByRole('tree', { name: 'Artifacts' });
const lineOf = (page, name) => treeOf(page).getByRole('treeitem', { name, exact: true });
const focusedLine = (page) => page.evaluate(() => document.activeElement.getAttribute('title'));

flow('UI-23: the tree leads from version to version, and the tab stays', async ({ page }) => {
  await page.goto(`${BROWSER}/model/sign-detector/v2/metadata`);
  const tree = treeOf(page);
  const here = tree.locator('[aria-current=page]');
  await here.getByText('v2').waitFor();
  await becomes(() => here.count(), 1, 'one line is where the reader is');
  await here.getByText('latest').waitFor();
  for (const type of ['dataset', 'model', 'report']) await lineOf(page, type).waitFor();
  equal(await lineOf(page, 'raw-signs').count(), 0, 'collections of a type that is not open');
  await tree.getByRole('treeitem', { name: 'v0', exact: true }).click();
  await page.waitForURL(/sign-detector\/v0\/metadata$/);
  await page.getByText('framework').waitFor();
  await tree.locator('[aria-current=page]').getByText('v0').waitFor();
  await lineOf(page, 'dataset').click();
  await tree.getByRole('treeitem', { name: /^raw-signs/ }).click();
  await page.getByRole('heading', { name: 'raw-signs' }).waitFor();
  await page.getByRole('table', { name: 'Versions' }).waitFor();
  await becomes(
    () => tree.getByRole('treeitem', { name: /^sign-detector/ }).getAttribute('aria-expanded'),
    'true',
    'what was open stays open on the next page',
  );
  await page.getByRole('textbox', { name: 'Search collections' }).fill('CLEAN');
  await tree.getByRole('treeitem', { name: /^clean-signs/ }).waitFor();
  await tree.getByRole('treeitem', { name: /^raw-signs/ }).waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Search collections' }).fill('nothing like it');
  await tree.getByText('No collection is called so').waitFor();
});

flow('UI-23: the tree is put away, and that is remembered', async ({ page }) => {
  await page.goto(`${BROWSER}/model/sign-detector/v2`);
  await treeOf(page).waitFor();
  await page.getByRole('button', { name: 'Hide the tree' }).click();
  await treeOf(page).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText('Full Name').waitFor();
  equal(await treeOf(page).count(), 0, 'trees after the page came again');
  await page.getByRole('button', { name: 'Show the tree' }).click();
  await treeOf(page).waitFor();
});

flow('UI-23 UI-30: through the tree by the arrow keys', async ({ page }) => {
  await page.goto(`${BROWSER}/model/sign-detector/v2`);
  const tree = treeOf(page);
  await tree.locator('[aria-current=page]').waitFor();
  await page.getByRole('textbox', { name: 'Search collections' }).focus();
  await page.keyboard.press('Tab');
  await becomes(() => focusedLine(page), 'v2', 'Tab goes to where the reader is');
  await page.keyboard.press('ArrowDown');
  await becomes(() => focusedLine(page), 'v1', 'down');
  await page.keyboard.press('ArrowLeft');
  await becomes(() => focusedLine(page), 'sign-detector', 'left goes to what it is in');
  await page.keyboard.press('ArrowLeft');
  await tree.getByRole('treeitem', { name: 'v1', exact: true }).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: 'v1', exact: true }).waitFor();
  await page.keyboard.press('Home');
  await becomes(() => focusedLine(page), 'dataset', 'the first line');
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: /^clean-signs/ }).waitFor();
  const second = await tree.getByRole('treeitem').nth(1).getAttribute('title');
  await page.keyboard.press('ArrowRight');
  await becomes(() => focusedLine(page), second, 'right goes in');
  // Other flows may have logged a dataset whose name comes before.
  if (second !== 'clean-signs') await page.keyboard.press('ArrowDown');
  await becomes(() => focusedLine(page), 'clean-signs', 'the dataset of the seed');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'clean-signs' }).waitFor();
  // One stop: the next Tab is out of it again, and so is the one back.
  await tree.locator('[aria-current=page]').focus();
  await page.keyboard.press('Tab');
  holds(!(await tree.evaluate((box) => box.contains(document.activeElement))), 'Tab leaves the tree');
  await tree.locator('[aria-current=page]').focus();
  await page.keyboard.press('Shift+Tab');
  holds(!(await tree.evaluate((box) => box.contains(document.activeElement))), 'and back, too');
});

flow('UI-23: in a large registry the tree is fetched a page at a time', async ({ page, world }) => {
  const NAME = 'wandb-registry-Large';
  const made = await world.graphql(
    `mutation($input: UpsertModelInput!) { upsertModel(input: $input) { project { id } } }`,
    {
      input: { entityName: ORG_ENTITY, name: NAME, access: 'PRIVATE', allowAllArtifactTypesInRegistry: true },
    },
  );
  const name = (i) => `part ${String(i).padStart(2, '0')}`;
  for (let i = 0; i < PAGE + 12; i++)
    await world.graphql(
      `mutation($input: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $input) { artifactCollection { id } } }`,
      { input: { entityName: ORG_ENTITY, projectName: NAME, artifactTypeName: 'model', name: name(i) } },
    );
  const { project } = await world.graphql(
    `{ project(name: "${PROJECT}", entityName: "${TEAM}") { artifact(name: "sign-detector:v0") { id } } }`,
  );
  await world.graphql(
    `mutation($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }`,
    {
      input: {
        artifactID: project.artifact.id,
        entityName: ORG_ENTITY,
        projectName: NAME,
        artifactPortfolioName: name(PAGE + 11),
      },
    },
  );

  const asked = [];
  page.on('request', (request) => {
    const { operationName, variables } = request.postDataJSON?.() ?? {};
    if (operationName === 'ProjectCollections' || operationName === 'TreeVersions') asked.push(variables);
  });
  const path = encodeURIComponent(`${ORG_ENTITY}/${NAME}/${name(PAGE + 11)}`);
  await page.goto(`/orgs/Northwind%20Labs/registry/Large?selectionPath=${path}&view=membership&version=v0`);
  const tree = treeOf(page);
  const lines = tree.getByRole('treeitem', { name: /^part/ });
  await tree.getByRole('treeitem', { name: /^part 29/ }).waitFor();
  // The one that is looked at is further down than the first page; it is there all the same.
  await becomes(() => lines.count(), PAGE + 1, 'collections of the first page, and the one of this version');
  await tree.locator('[aria-current=page]').getByText('v0').waitFor();
  await tree.getByRole('treeitem', { name: 'More collections' }).click();
  await tree.getByRole('treeitem', { name: /^part 40/ }).waitFor();
  await becomes(() => lines.count(), PAGE + 12, 'all of them');
  await tree.getByRole('treeitem', { name: 'More collections' }).waitFor({ state: 'detached' });
  for (const { first } of asked) holds(first <= PAGE, `a page is small: ${first}`);
  holds(asked.length >= 3, `requests of the tree were seen: ${asked.length}`);
  await world.graphql(`mutation($id: String!) { deleteModel(input: {id: $id}) { success } }`, {
    id: made.upsertModel.project.id,
  });
  await page.getByText('Not found').first().waitFor();
});

flow(
  'UI-23: on a phone the tree is in a drawer',
  async ({ page }) => {
    await page.goto(`${PAGES.version}`);
    await page.getByText('Full Name').waitFor();
    equal(await treeOf(page).count(), 0, 'trees beside a page of a phone');
    await page.getByRole('button', { name: 'Show the tree' }).click();
    const drawer = page.getByRole('dialog', { name: 'Artifacts' });
    await drawer.getByRole('treeitem', { name: 'v0', exact: true }).click();
    await drawer.waitFor({ state: 'detached' });
    await page.getByText('Sign Detector:v0').first().waitFor();
  },
  { options: { viewport: { width: 390, height: 844 } } },
);
