// One address, three pages, as the client builds it: a registry; with selectionPath a collection in
// it; with a version too, that version.
import { getRouteApi } from '@tanstack/react-router';

import { NotFound } from '../components/states';
import { REGISTRY_PREFIX } from '../lib/names';
import { findOrg, useViewer } from '../lib/viewer';
import { CollectionPage, RegistryPage, VersionPage } from '../routes/lazy';
import { splitSelection } from '../routes/questions';
import { ArtifactFrame } from './ArtifactFrame';

const route = getRouteApi('/inside/orgs/$org/registry/$registry');

export default function RegistryPlace() {
  const { org: orgName, registry } = route.useParams();
  const search = route.useSearch();
  const viewer = useViewer();
  const org = findOrg(viewer, orgName);

  if (!org?.orgEntity) return <NotFound what={`The organization '${orgName}'`} />;
  if (!search.selectionPath)
    return <RegistryPage org={org.name} entity={org.orgEntity.name} project={REGISTRY_PREFIX + registry} />;

  const selected = splitSelection(search.selectionPath);
  if (!selected) return <NotFound what={`'${search.selectionPath}'`} />;
  const { entity, project, collection } = selected;
  const place = { org: org.name, entity, project, collection, type: '' };
  const { version, tab } = search;
  return (
    <ArtifactFrame here={{ ...place, version, tab: version ? tab : undefined }}>
      {version ? (
        <VersionPage
          key={search.selectionPath}
          place={place}
          version={version}
          view={{ tab, path: search.path, with: search.with }}
        />
      ) : (
        <CollectionPage key={search.selectionPath} place={place} tab={tab} />
      )}
    </ArtifactFrame>
  );
}
