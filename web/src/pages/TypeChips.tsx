// The types that a registry takes.
import { Chip } from '../components/Chips';
import type { RegistryCardFragment } from '../graphql/generated';

export function TypeChips({
  registry,
}: {
  registry: Pick<RegistryCardFragment, 'allowAllArtifactTypesInRegistry' | 'artifactTypes'>;
}) {
  const types = registry.artifactTypes.edges.flatMap(({ node }) => (node ? [node.name] : []));
  if (registry.allowAllArtifactTypesInRegistry) return <Chip kind="type">All types</Chip>;
  return (
    <>
      {types.slice(0, 4).map((type) => (
        <Chip key={type} kind="type">
          {type}
        </Chip>
      ))}
      {types.length > 4 && <Chip kind="type">+{types.length - 4}</Chip>}
    </>
  );
}
