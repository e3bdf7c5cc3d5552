// The code of each page and of each tab of a version: when it is fetched, and which of it an address needs. As
// soon as the app starts (boot.ts), when the pointer comes near a link, and before a navigation is done
// (router.tsx), what the new address needs is asked for all at once: a page that finds out while it is drawn what
// else it is made of waits for each piece, and React holds back what comes a moment after its placeholder.
import type { Search } from './search';

export const CODE = {
  SignIn: () => import('../pages/SignIn'),
  Registries: () => import('../pages/Registries'),
  RegistryPage: () => import('../pages/RegistryPage'),
  RegistrySettings: () => import('../pages/RegistrySettings'),
  ArtifactTree: () => import('../pages/ArtifactTree'),
  CollectionPage: () => import('../pages/CollectionPage'),
  VersionPage: () => import('../pages/VersionPage'),
  MetadataTab: () => import('../pages/MetadataTab'),
  UsageTab: () => import('../pages/UsageTab'),
  FilesTab: () => import('../pages/FilesTab'),
  LineageTab: () => import('../pages/LineageTab'),
  CompareTab: () => import('../pages/CompareTab'),
  ArtifactBrowser: () => import('../pages/ArtifactBrowser'),
  ProjectRuns: () => import('../pages/ProjectRuns'),
  RunPage: () => import('../pages/RunPage'),
};

export type PageName = keyof typeof CODE;

const TABS: Record<string, PageName> = {
  metadata: 'MetadataTab',
  usage: 'UsageTab',
  files: 'FilesTab',
  lineage: 'LineageTab',
  compare: 'CompareTab',
};

const COLLECTION: PageName[] = ['CollectionPage', 'ArtifactTree'];

function version(tab: string | undefined): PageName[] {
  const code = tab === undefined ? undefined : TABS[tab];
  return code ? ['VersionPage', code, 'ArtifactTree'] : ['VersionPage', 'ArtifactTree'];
}

/** What stands below /orgs/NAME/registry. */
function registry(rest: string[], search: Search): PageName[] {
  if (rest.length === 0) return ['Registries'];
  if (rest.length === 2 && rest[1] === 'settings') return ['RegistrySettings'];
  if (rest.length > 1) return [];
  if (!search.selectionPath) return ['RegistryPage'];
  return search.version ? version(search.tab) : COLLECTION;
}

/** What stands below /ENTITY/PROJECT. */
function project([kind, ...rest]: string[], search: Search): PageName[] {
  if (kind === undefined || kind === 'workspace') return ['ProjectRuns'];
  if (kind === 'runs' && rest.length === 1)
    return search.tab === 'lineage' ? ['RunPage', 'LineageTab'] : ['RunPage'];
  if (kind !== 'artifacts') return [];
  if (rest.length < 2) return ['ArtifactBrowser'];
  return rest.length === 2 ? COLLECTION : version(rest[3]);
}

/** The code that an address needs at once; nothing for pages that are opened seldom. */
export function pagesOf(path: string, search: Search): PageName[] {
  const [first, second, third, ...rest] = path.split('/').filter((part) => part !== '');
  if (first === undefined || first === 'registry') return ['Registries'];
  if (first === 'login') return ['SignIn'];
  if (first === 'orgs') return third === 'registry' ? registry(rest, search) : [];
  if (second === undefined || first === 'admin' || first === 'teams' || second === 'settings') return [];
  if (second === 'registry') return [];
  return project(third === undefined ? [] : [third, ...rest], search);
}
