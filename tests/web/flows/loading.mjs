// How a page comes: what its address says is asked for while the program is being read, and once only.
import { equal, flow, holds } from '../lib/flow.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const PLACE = `/orgs/Northwind%20Labs/registry`;
const COLLECTION = `${PLACE}/model?selectionPath=${encodeURIComponent(`${ORG_ENTITY}/wandb-registry-model/Sign Detector`)}&view=membership`;
const OWN = `/${TEAM}/${PROJECT}/artifacts/model/sign-detector`;

/** The address, what its page shows, and what is asked before the program runs. */
const PAGES = [
  [PLACE, 'model', ['Registries', 'Viewer']],
  [`${PLACE}/model`, 'Sign Detector', ['Viewer']],
  [COLLECTION, 'Sign Detector', ['CollectionPage', 'CollectionVersions', 'Viewer']],
  [`${COLLECTION}&tab=history`, 'Sign Detector', ['CollectionPage', 'Viewer']],
  [`${COLLECTION}&version=v1`, 'Full Name', ['VersionPage', 'Viewer']],
  [`${COLLECTION}&version=v1&tab=files`, 'model.bin', ['Folder', 'VersionPage', 'Viewer']],
  [OWN, 'sign-detector', ['CollectionPage', 'CollectionVersions', 'Viewer']],
  [`${OWN}/v2`, 'Full Name', ['VersionPage', 'Viewer']],
  [`${OWN}/v2/files/notes/card.md`, 'card.md', ['Folder', 'VersionPage', 'Viewer']],
  [`/${TEAM}/${PROJECT}`, PROJECT, ['Viewer']],
];

flow('what a page is about is asked early, and no question twice', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => {
    const url = request.url();
    if (request.method() === 'POST' && url.endsWith('/graphql')) asked.push(request.postData());
  });
  for (const [address, text, early] of PAGES) {
    // The page before may still ask something.
    await page.goto('about:blank');
    asked.length = 0;
    await page.goto(address);
    await page.getByRole('main').getByText(text).first().waitFor();
    await page.waitForLoadState('networkidle');
    const names = asked.map((body) => JSON.parse(body).operationName);
    equal(names.slice(0, early.length).sort(), early, `asked first at ${address}`);
    equal(asked.length, new Set(asked).size, `asked twice at ${address}: ${names.join(', ')}`);
  }
});

flow('a page that is opened wants few files', async ({ page }) => {
  const files = [];
  page.on('response', (response) => {
    if (response.url().includes('/-/assets/')) files.push(response.url());
  });
  await page.goto(`${COLLECTION}&version=v1`);
  await page.getByRole('main').getByText('Full Name').first().waitFor();
  holds(files.length <= 12, `${files.length} files: ${files.map((url) => url.split('/').at(-1)).join(', ')}`);
});
