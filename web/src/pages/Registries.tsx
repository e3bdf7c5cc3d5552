// The landing page of the Registry App: every registry that the viewer sees, as cards.
import { Link, useParams } from '@tanstack/react-router';

import { LoadingRows, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { RegistriesDocument } from '../graphql/generated';
import { registryName } from '../lib/names';

export default function Registries() {
  const { org = '' }: { org?: string } = useParams({ strict: false });
  const list = useGqlPages(
    RegistriesDocument,
    { organization: org },
    (d) => d.organization?.orgEntity?.projects,
  );

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <LoadingRows />;
  return (
    <>
      <h1>Registry</h1>
      {list.data.pages
        .flatMap((page) => page.organization?.orgEntity?.projects?.edges ?? [])
        .map(({ node }) => (
          <p key={node?.id}>
            <Link to="/orgs/$org/registry" params={{ org }}>
              {registryName(node?.name ?? '')}
            </Link>
          </p>
        ))}
    </>
  );
}
