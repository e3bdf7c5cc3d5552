// One address of every kind of page, on the data of the tests; and states that take a step or two to see.
import { ORG_ENTITY, PROJECT, TEAM } from './world.mjs';

const registry = '/orgs/Northwind%20Labs/registry';
const collection = `${registry}/model?selectionPath=${encodeURIComponent(`${ORG_ENTITY}/wandb-registry-model/Sign Detector`)}&view=membership`;
export const PAGES = {
  registries: registry,
  registry: `${registry}/model`,
  settings: `${registry}/Fine-tuned%20Models/settings`,
  collection,
  timeline: `${collection}&tab=timeline`,
  version: `${collection}&version=v2`,
  metadata: `${collection}&version=v2&tab=metadata`,
  usage: `${collection}&version=v2&tab=usage`,
  files: `${collection}&version=v2&tab=files&path=notes%2Fcard.md`,
  lineage: `${collection}&version=v2&tab=lineage`,
  compare: `${collection}&version=v2&tab=compare&with=v1`,
  artifacts: `/${TEAM}/${PROJECT}/artifacts`,
  runs: `/${TEAM}/${PROJECT}`,
  team: `/teams/${TEAM}/settings`,
  people: '/orgs/Northwind%20Labs',
  server: '/admin',
  own: '/settings',
};

/** More of the same kinds, what is empty and what is not there: for pictures. */
export const MORE_PAGES = {
  'empty-registry': `${registry}/Speech`,
  history: `${collection}&tab=history`,
  project: `/${TEAM}/${PROJECT}/artifacts/model/sign-detector`,
  'project-version': `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v1`,
  table: `/${TEAM}/${PROJECT}/artifacts/dataset/raw-signs/v0/files/labels.csv`,
  json: `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v1/files/config.json`,
  'team-projects': `/${TEAM}`,
  person: '/ada',
  key: '/authorize',
  audit: '/admin/audit',
  report: `/${TEAM}/${PROJECT}/reports/What-we-found`,
  sweep: `/${TEAM}/${PROJECT}/sweeps/abc`,
  missing: `${registry}/nowhere`,
  'no-address': '/a/b/c/d/e/f/g/h',
};

const button = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();

/** Where, and what to do there; `narrow: true` only on phones. */
export const STATES = {
  palette: { path: registry, work: (page) => page.keyboard.press('Control+k') },
  'palette-found': {
    path: registry,
    work: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search or go to' }).fill('sign');
      await page.getByRole('option').first().waitFor();
    },
  },
  menu: { path: registry, narrow: true, work: button('Menu') },
  account: { path: registry, work: button('Account of ada') },
  'search-results': {
    path: registry,
    work: async (page) => {
      await page.getByRole('searchbox', { name: 'Search the registry' }).fill('sign');
      await page.getByText('Sign Detector').first().waitFor();
    },
  },
  'search-nothing': {
    path: registry,
    work: (page) => page.getByRole('searchbox', { name: 'Search the registry' }).fill('zebra crossing'),
  },
  'create-registry': { path: registry, work: button('Create registry') },
  'create-collection': { path: `${registry}/model`, work: button('Create collection') },
  'link-version': { path: collection, work: button('Link new version') },
  'link-to-registry': {
    path: `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v1`,
    work: button('Link to registry'),
  },
  'add-access': { path: `${registry}/Speech/settings`, work: button('Add access') },
  'delete-registry': { path: `${registry}/Speech/settings`, work: button('Delete registry') },
  'add-alias': { path: `${collection}&version=v2`, work: button('Add alias') },
  'lineage-list': {
    path: `${collection}&version=v2&tab=lineage`,
    work: async (page) => {
      await page.getByText('List', { exact: true }).click();
      await page.getByRole('list', { name: 'What it comes from' }).waitFor();
    },
  },
  tree: { path: `${collection}&version=v2`, narrow: true, work: button('Show the tree') },
  'delete-version': {
    path: `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v1`,
    work: async (page) => {
      await button('More for v1')(page);
      await page.getByRole('menuitem', { name: 'Delete version' }).click();
      await page.getByText('That frees').waitFor();
    },
  },
  'delete-versions': {
    path: `/${TEAM}/${PROJECT}/artifacts/model/sign-detector`,
    work: async (page) => {
      await page.getByRole('checkbox', { name: 'Select all versions' }).check();
      await button('Delete versions')(page);
      await page.getByRole('checkbox', { name: /Also those/ }).check();
      await page.getByText('That frees').waitFor();
    },
  },
  'unlink-versions': {
    path: collection,
    work: async (page) => {
      await page.getByRole('checkbox', { name: 'Select all versions' }).check();
      await button('Unlink versions')(page);
      await page.getByText('stay in their projects').waitFor();
    },
  },
  'lineage-node': {
    path: `${collection}&version=v2&tab=lineage`,
    work: (page) => page.getByTitle('train-3', { exact: true }).click(),
  },
};
