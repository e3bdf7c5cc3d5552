// The page of a run: what it was started with, what it came to, what it read and wrote.
import { flow } from '../lib/flow.mjs';
import { PROJECT, TEAM } from '../lib/world.mjs';

const RUNS = `/${TEAM}/${PROJECT}`;

async function openRun(page, name) {
  await page.goto(RUNS);
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name }).waitFor();
}

flow('UI-28: a run: overview, config, summary, inputs and outputs, lineage', async ({ page }) => {
  await openRun(page, 'train-3');
  const main = page.getByRole('main');
  await main.getByText('finished', { exact: false }).first().waitFor();
  await main.getByText('Job type').waitFor();
  await page.getByRole('tab', { name: 'Config' }).click();
  await main.getByText('learning_rate').waitFor();
  await page.getByRole('tab', { name: 'Summary' }).click();
  await main.getByText('mAP').first().waitFor();
  await page.getByRole('tab', { name: 'Artifacts' }).click();
  await page.getByRole('table', { name: 'Inputs' }).getByText('clean-signs:v', { exact: false }).waitFor();
  const output = page.getByRole('table', { name: 'Outputs' }).getByRole('link', { name: 'sign-detector:v2' });
  await output.waitFor();
  await page.waitForURL((url) => url.search === '?tab=artifacts');
  await page.reload();
  await output.click();
  await page.getByRole('heading', { name: 'sign-detector' }).waitFor();
  await page.goBack();
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await main.getByText('sign-detector:v2').first().waitFor();
  await page.waitForURL((url) => url.searchParams.get('tab') === 'lineage');
});

flow(
  'UI-28: a member of the team sees the run; whoever is not in it does not',
  async ({ page, world }) => {
    const found = await world.graphql(
      `{project(entityName:"${TEAM}",name:"${PROJECT}"){runs(first:1){edges{node{name}}}}}`,
    );
    await page.goto(`${RUNS}/runs/${found.project.runs.edges[0].node.name}`);
    await page.getByText('is not here, or you may not see it').waitFor();
  },
  { as: 'linus' },
);
