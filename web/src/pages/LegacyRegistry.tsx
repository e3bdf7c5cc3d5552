// /entity/registry/type?selectionPath=...: addresses of the older model registry. The collection that
// selectionPath names is what counts.
import { Navigate, useParams, useSearch } from '@tanstack/react-router';

import { NotFound } from '../components/states';
import type { RegistrySearch } from '../routes/router';
import { isRegistry, registryName, REGISTRY_PREFIX } from '../lib/names';
import { useOrg, useViewer } from '../lib/viewer';

export default function LegacyRegistry() {
  const { entity = '', type = 'model' }: { entity?: string; type?: string } = useParams({ strict: false });
  const search: RegistrySearch = useSearch({ strict: false });
  const viewer = useViewer();
  const current = useOrg();
  const [owner = entity, project = '', ...rest] = search.selectionPath?.split('/') ?? [];
  const org =
    viewer.organizations.find(
      (each) => each.orgEntity?.name === owner || each.teams.some((team) => team.name === owner),
    ) ?? current;

  if (!org?.orgEntity) return <NotFound what={`The registry of '${entity}'`} />;
  const registry = isRegistry(project) ? registryName(project) : type;
  const collection = rest.join('/');
  const path = collection && `${org.orgEntity.name}/${REGISTRY_PREFIX}${registry}/${collection}`;
  return (
    <Navigate
      to="/orgs/$org/registry/$registry"
      params={{ org: org.name, registry }}
      search={path ? { selectionPath: path, view: 'membership', version: search.version } : {}}
      replace
    />
  );
}
