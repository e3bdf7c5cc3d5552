// Answers of the search, as lines with somewhere to go.
import type { SearchQuery } from '../graphql/generated';
import { namedAliases } from '../components/Chips';
import type { IconName } from '../components/Icon';
import { collectionLink, registryLink, versionLink, type Place } from './links';
import { registryName } from './names';

export interface Found {
  key: string;
  group: 'Registries' | 'Collections' | 'Versions';
  label: string;
  hint: string;
  icon: IconName;
  link: ReturnType<typeof registryLink> | ReturnType<typeof collectionLink> | ReturnType<typeof versionLink>;
}

interface CollectionLike {
  name: string;
  defaultArtifactType: { name: string };
  project?: { name: string; entityName: string } | null;
}

function place(org: string, collection: CollectionLike): Place | null {
  const { project } = collection;
  if (!project) return null;
  return {
    org,
    entity: project.entityName,
    project: project.name,
    type: collection.defaultArtifactType.name,
    collection: collection.name,
  };
}

export function foundLines(org: string, result: SearchQuery['search']): Found[] {
  const lines: Found[] = result.registries.map((registry) => ({
    key: registry.id,
    group: 'Registries',
    label: registryName(registry.name),
    hint: registry.description ?? '',
    icon: 'registry',
    link: registryLink(org, registry.name),
  }));
  for (const collection of result.collections) {
    const at = place(org, collection);
    if (at)
      lines.push({
        key: collection.id,
        group: 'Collections',
        label: collection.name,
        hint: [registryName(at.project), ...collection.tags.edges.map(({ node }) => node.name)].join(' · '),
        icon: 'collection',
        link: collectionLink(at),
      });
  }
  for (const version of result.versions) {
    const at = version.artifactCollection && place(org, version.artifactCollection);
    const name = `v${version.versionIndex ?? 0}`;
    const words = [
      ...namedAliases(version.aliases),
      ...(version.artifact?.tags.map((tag) => tag.name) ?? []),
    ];
    if (at)
      lines.push({
        key: version.id,
        group: 'Versions',
        label: `${at.collection}:${name}`,
        hint: [registryName(at.project), ...words].join(' · '),
        icon: 'artifacts',
        link: versionLink(at, name),
      });
  }
  return lines;
}
