// Where things are: one place for every address that a page links to.
import { linkOptions } from '@tanstack/react-router';

import { registryName } from './names';

/** A collection: in a registry (org is set) or in a team's project. */
export interface Place {
  org?: string;
  entity: string;
  project: string;
  type: string;
  collection: string;
}

/** What address a collection has in code. */
export function pathOf(place: Place): string {
  return `${place.entity}/${place.project}/${place.collection}`;
}

export function registryLink(org: string, project: string) {
  return linkOptions({
    to: '/orgs/$org/registry/$registry',
    params: { org, registry: registryName(project) },
  });
}

export function settingsLink(org: string, project: string) {
  return linkOptions({
    to: '/orgs/$org/registry/$registry/settings',
    params: { org, registry: registryName(project) },
  });
}

export function collectionLink(place: Place, tab?: string) {
  if (place.org)
    return linkOptions({
      to: '/orgs/$org/registry/$registry',
      params: { org: place.org, registry: registryName(place.project) },
      search: { selectionPath: pathOf(place), view: 'membership', tab },
    });
  const { entity, project, type, collection } = place;
  return linkOptions({
    to: '/$entity/$project/artifacts/$type/$collection',
    params: { entity, project, type, collection },
    search: { tab },
  });
}

export interface VersionView {
  tab?: string;
  path?: string;
  with?: string;
}

export function versionLink(place: Place, version: string, view: VersionView = {}) {
  const tab = view.tab === 'version' ? undefined : view.tab;
  if (place.org)
    return linkOptions({
      to: '/orgs/$org/registry/$registry',
      params: { org: place.org, registry: registryName(place.project) },
      search: { selectionPath: pathOf(place), view: 'membership', version, ...view, tab },
    });
  const { entity, project, type, collection } = place;
  const params = { entity, project, type, collection, version };
  if (!tab)
    return linkOptions({ to: '/$entity/$project/artifacts/$type/$collection/$version', params, search: {} });
  const rest = tab === 'files' && view.path ? `files/${view.path}` : tab;
  return linkOptions({
    to: '/$entity/$project/artifacts/$type/$collection/$version/$',
    params: { ...params, _splat: rest },
    search: { with: view.with },
  });
}

export function runLink(run: { name: string; project?: { name: string; entityName: string } | null }) {
  return linkOptions({
    to: '/$entity/$project/runs/$run',
    params: { entity: run.project?.entityName ?? '', project: run.project?.name ?? '', run: run.name },
  });
}

interface MembershipLike {
  versionIndex?: number | null;
  artifactCollection?: {
    name: string;
    defaultArtifactType: { name: string };
    project?: { name: string; entityName: string; entity: { organization?: { name: string } | null } } | null;
  } | null;
}

/** The place of a membership; null when its project may not be seen. */
export function placeOf(membership: MembershipLike): Place | null {
  const collection = membership.artifactCollection;
  const project = collection?.project;
  if (!collection || !project) return null;
  const inRegistry = project.name.startsWith('wandb-registry-');
  return {
    org: inRegistry ? (project.entity.organization?.name ?? project.entityName) : undefined,
    entity: project.entityName,
    project: project.name,
    type: collection.defaultArtifactType.name,
    collection: collection.name,
  };
}
