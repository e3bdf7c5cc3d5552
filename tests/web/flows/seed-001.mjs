// "Download and use an artifact from a registry", the interactive part, word by word.
import { flow, holds } from '../lib/flow.mjs';
import { copiedBy } from '../lib/page.mjs';
import { ORG_ENTITY } from '../lib/world.mjs';

const FULL_NAME = `${ORG_ENTITY}/wandb-registry-model/Sign Detector:v2`;

async function openVersion(page) {
  await page.goto('/registry/');
  await page.getByRole('link', { name: 'model', exact: true }).click();
  await page.getByRole('link', { name: 'Sign Detector', exact: true }).click();
  // The page before stays until this one can be drawn, and has links of the same name.
  await page.getByRole('heading', { name: 'Sign Detector', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'v2', exact: true }).click();
}

flow('UI-10: the full name is on the Version tab', async ({ page }) => {
  await openVersion(page);
  await page.getByRole('tab', { name: 'Version', exact: true }).click();
  await page.getByText('Full Name').waitFor();
  const copied = await copiedBy(page, page.getByRole('button', { name: 'Copy full name' }));
  holds(copied === FULL_NAME, `copied: ${copied}`);
});

flow('UI-10: the code of the Usage tab runs as it is', async ({ page, world }) => {
  await openVersion(page);
  await page.getByRole('tab', { name: 'Usage' }).click();
  await page.getByRole('heading', { name: 'Usage API' }).waitFor();
  const copied = await copiedBy(page, page.getByRole('button', { name: 'Copy usage code' }));
  holds(copied.includes(`run.use_artifact('${FULL_NAME}', type='model')`), `copied: ${copied}`);
  const said = world.snippet(`${copied}\nrun.finish()\nimport os; print(sorted(os.listdir(artifact_dir)))`);
  holds(said.includes('model.bin'), `downloaded: ${said}`);
});
