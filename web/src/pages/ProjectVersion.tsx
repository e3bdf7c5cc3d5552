// A version in a team's project: /entity/project/artifacts/type/collection/version, and its tabs below.
import { useParams, useSearch } from '@tanstack/react-router';

import { VersionPage } from '../routes/lazy';
import { ArtifactFrame } from './ArtifactFrame';

interface Params {
  entity?: string;
  project?: string;
  type?: string;
  collection?: string;
  version?: string;
  _splat?: string;
}

export default function ProjectVersion() {
  const params: Params = useParams({ strict: false });
  const search: { with?: string } = useSearch({ strict: false });
  const { entity = '', project = '', type = '', collection = '', version = '' } = params;
  const rest = params._splat?.replace(/\/$/, '') ?? '';
  const slash = rest.indexOf('/');
  const tab = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? undefined : rest.slice(slash + 1);

  return (
    <ArtifactFrame here={{ entity, project, type, collection, version, tab: tab || undefined }}>
      <VersionPage
        key={`${entity}/${project}/${collection}`}
        place={{ entity, project, type, collection }}
        version={version}
        view={{ tab: tab || undefined, path, with: search.with }}
      />
    </ArtifactFrame>
  );
}
