// Every address that the client prints or builds opens the right page: the newest and the oldest release
// of the client say theirs, and so do the forms that were used before.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { flow, holds } from '../lib/flow.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../links.py');
const REGISTRY = `${ORG_ENTITY}/wandb-registry-model`;

function addresses(world, release) {
  const words = [`${TEAM}/${PROJECT}`, REGISTRY, 'Sign Detector'];
  const said = world.python(PROGRAM, 'ada', words, release);
  return JSON.parse(/ADDRESSES (.*)/.exec(said)[1]);
}

/** What must be on the page of each of them. */
const EXPECTED = {
  run: 'prints addresses',
  'api run': 'prints addresses',
  project: PROJECT,
  'api project': PROJECT,
  'logged version': 'address-book',
  version: 'sign-detector',
  'linked version': 'Sign Detector',
  'version just linked': 'Sign Detector',
  sweep: 'Sweeps have no page',
};

async function shows(page, address, heading, also) {
  await page.goto(address);
  await page.getByRole('main').getByRole('heading', { name: heading, exact: false }).first().waitFor();
  if (also) await page.getByRole('main').getByText(also, { exact: true }).first().waitFor();
}

for (const release of ['0.31.0', '0.19.11'])
  flow(`every address that client ${release} says opens its page`, async ({ page, world }) => {
    const found = addresses(world, release);
    for (const name of [
      'run',
      'project',
      'logged version',
      'version',
      'linked version',
      'api run',
      'api project',
      'sweep',
    ])
      holds(
        typeof found[name] === 'string',
        `the client says the address of the ${name}: ${JSON.stringify(found)}`,
      );
    for (const [name, address] of Object.entries(found)) {
      holds(address.startsWith(`${world.url}/`), `${name} is on this server: ${address}`);
      await shows(page, address, EXPECTED[name]);
    }
    // A version's page is the page of that version, not of another one.
    await page.goto(found.version);
    await page.getByRole('main').getByText('v2', { exact: false }).first().waitFor();
    await page.goto(found['linked version']);
    await page.getByText(`${REGISTRY}/Sign Detector:v2`).first().waitFor();
  });

const OLD = [
  // Artifact.url of old clients: the type stands where the registry's name belongs.
  [
    'the type instead of the registry',
    `/orgs/Northwind%20Labs/registry/dataset?selectionPath=${encodeURIComponent(`${REGISTRY}/Sign Detector`)}&view=membership&version=v0`,
    `${REGISTRY}/Sign Detector:v0`,
  ],
  [
    'the entity instead of the display name',
    `/orgs/${ORG_ENTITY}/registry/model?selectionPath=${encodeURIComponent(`${REGISTRY}/Sign Detector`)}&view=membership&version=v1`,
    `${REGISTRY}/Sign Detector:v1`,
  ],
  [
    'the older model registry',
    `/${TEAM}/registry/model?selectionPath=${encodeURIComponent(`${TEAM}/model-registry/Sign Detector`)}&view=membership&version=v1`,
    `${REGISTRY}/Sign Detector:v1`,
  ],
  [
    'an alias instead of a number',
    `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/latest`,
    'sign-detector',
  ],
];

for (const [name, address, text] of OLD)
  flow(`an older form of address: ${name}`, async ({ page }) => {
    await page.goto(address);
    await page.getByRole('main').getByText(text).first().waitFor();
  });

const TABS = {
  metadata: 'framework',
  usage: 'Usage API',
  files: 'model.bin',
  lineage: 'sign-detector',
  'files/notes/card.md': 'card.md',
};

flow('every tab of a version has an address', async ({ page }) => {
  for (const [tail, text] of Object.entries(TABS)) {
    await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v2/${tail}`);
    await page.getByRole('main').getByText(text).first().waitFor();
  }
});

const GONE = [
  '/orgs/Nowhere/registry/model',
  '/orgs/Northwind%20Labs/registry/none',
  `/orgs/Northwind%20Labs/registry/model?selectionPath=${encodeURIComponent(`${REGISTRY}/Nothing`)}&view=membership`,
  `/orgs/Northwind%20Labs/registry/model?selectionPath=${encodeURIComponent(`${REGISTRY}/Sign Detector`)}&view=membership&version=v99`,
  `/orgs/Northwind%20Labs/registry/model?selectionPath=nonsense&view=membership&version=v0`,
  `/${TEAM}/registry/model?selectionPath=${encodeURIComponent(`${TEAM}/model-registry/Nothing`)}&version=v1`,
  `/${TEAM}/nothing`,
  `/${TEAM}/nothing/artifacts`,
  `/${TEAM}/${PROJECT}/runs/nothing`,
  `/${TEAM}/${PROJECT}/artifacts/model/nothing`,
  `/${TEAM}/${PROJECT}/artifacts/model/nothing/v0`,
  `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v99`,
  `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v2/files/none.txt`,
  '/nobody-of-that-name',
  '/teams/nothing/settings',
  '/a/b/c/d/e/f',
];

flow('addresses of what is not there say so, without an error', async ({ page }) => {
  const wrong = [];
  for (const address of GONE) {
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    const said = page
      .getByRole('main')
      .getByText(/Not found|is not here|not there|no file|nothing/i)
      .first();
    await said.waitFor().catch(() => wrong.push(address));
  }
  holds(wrong.length === 0, `nothing is said at ${wrong.join(', ')}`);
});

flow('addresses without a page of their own', async ({ page }) => {
  await shows(page, `/${TEAM}/${PROJECT}/reports/My-report--Vmlldzox`, 'Reports are not offered');
  await page.getByRole('link', { name: `Runs of ${PROJECT}` }).click();
  await page.getByRole('heading', { name: PROJECT, exact: true, level: 1 }).waitFor();
  await shows(page, `/${TEAM}/${PROJECT}/workspace`, PROJECT);
  await shows(page, '/authorize?signup=true&ref=models', 'API key for the client');
  await shows(page, '/', 'Registry');
  await shows(page, '/usersettings', 'Settings');
  await shows(page, `/${TEAM}/settings`, 'Team Settings');
  await shows(page, `/${ORG_ENTITY}`, 'Northwind Labs');
});
