// One address of every kind of page, on the data of the tests.
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
