// "Link an artifact version to a registry", the official instructions, word by word.
import { equal, flow, holds } from '../lib/flow.mjs';
import { copiedBy } from '../lib/page.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

async function choose(page, label, option) {
  await page.getByRole('textbox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).first().click();
}

flow('UI-01 UI-06: Registry App: link a new version through the collection menu', async ({ page, world }) => {
  await page.goto('/registry/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Registry' }).click();
  await page.getByRole('link', { name: 'model', exact: true }).click();
  await page.getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Linked By Hand');
  await page.getByRole('dialog').getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('heading', { name: 'Linked By Hand' }).waitFor();
  await page.getByRole('link', { name: 'model', exact: true }).click();

  await page.getByRole('row').filter({ hasText: 'Linked By Hand' }).hover();
  await page.getByRole('button', { name: 'More for Linked By Hand' }).click();
  await page.getByRole('menuitem', { name: 'Link new version' }).click();
  await choose(page, 'Team', TEAM);
  await choose(page, 'Project', PROJECT);
  await choose(page, 'Artifact', 'sign-detector');
  await choose(page, 'Version', /^v1/);
  await page.getByRole('dialog').getByRole('button', { name: 'Link', exact: true }).click();
  await page.getByText('sign-detector:v1 is v0 of Linked By Hand').waitFor();

  await page
    .getByRole('row')
    .filter({ hasText: 'Linked By Hand' })
    .getByRole('link', { name: 'View details' })
    .click();
  const row = page.getByRole('row').filter({ hasText: 'latest' });
  await row.getByRole('link', { name: 'v0', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Action History' }).click();
  await page.getByText('Version added').first().waitFor();
  const { project } = await world.graphql(
    `{ project(entityName: "${ORG_ENTITY}", name: "wandb-registry-model") {
         artifactCollection(name: "Linked By Hand") { artifacts { totalCount } } } }`,
  );
  equal(project.artifactCollection.artifacts.totalCount, 1, 'versions of the collection');
});

flow('UI-07: artifact browser: Link to registry', async ({ page }) => {
  await page.goto(`/${TEAM}/${PROJECT}`);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Artifacts' }).click();
  await page.getByRole('button', { name: 'Versions of sign-detector' }).click();
  await page.getByRole('link', { name: 'v0', exact: true }).click();
  await page.getByRole('heading', { name: 'Version overview' }).waitFor();
  await page.getByRole('button', { name: 'Link to registry' }).click();
  await choose(page, 'Registry', 'Fine-tuned Models');
  await choose(page, 'Select a registered model', 'signs-edge');
  await page.getByRole('button', { name: 'Next step' }).click();
  await page.getByRole('textbox', { name: 'Aliases' }).fill('trial');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Link to registry' }).click();
  await page
    .getByRole('alert')
    .getByRole('link', { name: /signs-edge:v1/ })
    .click();
  await page.getByText(`${ORG_ENTITY}/wandb-registry-Fine-tuned Models/signs-edge:v1`).waitFor();
  await page.getByText('trial').first().waitFor();
});

flow('UI-04: the path of a registry: the code on its page', async ({ page }) => {
  await page.goto('/registry/');
  await page.getByRole('link', { name: 'Fine-tuned Models', exact: true }).click();
  await page.getByRole('heading', { name: 'Fine-tuned Models' }).waitFor();
  const copied = await copiedBy(page, page.getByRole('button', { name: 'Copy code' }).first());
  holds(
    copied.includes(`target_path="${ORG_ENTITY}/wandb-registry-Fine-tuned Models/<COLLECTION>"`),
    `the copied code names the target path: ${copied}`,
  );
});

flow('UI-05: the path of a registry: the code of an empty collection', async ({ page }) => {
  await page.goto('/orgs/Northwind%20Labs/registry/Speech');
  await page.getByRole('button', { name: 'Create collection' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('raw_images');
  await page.getByRole('textbox', { name: 'Type' }).fill('dataset');
  await page.getByRole('dialog').getByRole('button', { name: 'Create collection' }).click();
  await page.getByText('No versions yet').waitFor();
  const code = await page.getByRole('region', { name: 'Code' }).innerText();
  holds(code.includes(`target_path="${ORG_ENTITY}/wandb-registry-Speech/raw_images"`), `the code: ${code}`);
  await page.getByRole('button', { name: 'More about raw_images' }).click();
  await page.getByRole('menuitem', { name: 'Delete collection' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click();
  await page.getByText('No collections yet').waitFor();
});
