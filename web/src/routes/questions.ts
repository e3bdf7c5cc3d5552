// What the page of an address asks first, as far as the address says it: asked while the program is still being
// read (boot.ts). Each question is word for word the page's own, so the page takes the answer (graphql/request.ts);
// a flow of tests/web holds that no question is asked twice. Pages that need to know the viewer first, and seldom
// opened ones, are not here.
import {
  CollectionPageDocument,
  CollectionVersionsDocument,
  FolderDocument,
  RegistriesDocument,
  VersionPageDocument,
} from '../graphql/generated';
import { ask } from '../graphql/request';
import type { Search } from './search';

interface Names {
  entity: string;
  project: string;
  collection: string;
}

/** "entity/project/collection"; a collection's name holds no slash. */
export function splitSelection(path: string): Names | null {
  const [entity, project, ...rest] = path.split('/');
  return entity && project && rest.length > 0 ? { entity, project, collection: rest.join('/') } : null;
}

function askCollection(of: Names, tab: string | undefined): void {
  ask(CollectionPageDocument, of);
  if (tab === undefined) ask(CollectionVersionsDocument, { ...of, order: '-version', after: null });
}

function askVersion({ entity, project, collection }: Names, version: string, tab: string | undefined): void {
  const name = `${collection}:${version}`;
  ask(VersionPageDocument, { entity, project, name });
  if (tab === 'files') ask(FolderDocument, { entity, project, name, path: '', after: null });
}

/** For somebody who is signed in. */
export function askFirst(path: string, search: Search): void {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [first = '', second = '', third, , ...rest] = parts;
  if (first === 'orgs' && third === 'registry') {
    const selected = splitSelection(search.selectionPath ?? '');
    if (parts.length === 3) ask(RegistriesDocument, { organization: second, after: null });
    else if (parts.length > 4 || !selected) return;
    else if (search.version) askVersion(selected, search.version, search.tab);
    else askCollection(selected, search.tab);
  } else if (third === 'artifacts' && rest[0] !== undefined) {
    const [collection, version, tab] = rest;
    const of = { entity: first, project: second, collection };
    if (version === undefined) askCollection(of, search.tab);
    else askVersion(of, version, tab);
  }
}
