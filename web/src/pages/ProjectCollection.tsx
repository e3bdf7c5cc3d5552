// A collection in a team's project: /entity/project/artifacts/type/collection.
import { useParams, useSearch } from '@tanstack/react-router';

import { CollectionPage } from '../routes/lazy';
import { ArtifactFrame } from './ArtifactFrame';

export default function ProjectCollection() {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  const search: { tab?: string } = useSearch({ strict: false });
  const { entity = '', project = '', type = '', collection = '' } = params;
  return (
    <ArtifactFrame here={{ entity, project, type, collection }}>
      <CollectionPage
        key={`${entity}/${project}/${collection}`}
        place={{ entity, project, type, collection }}
        tab={search.tab}
      />
    </ArtifactFrame>
  );
}
