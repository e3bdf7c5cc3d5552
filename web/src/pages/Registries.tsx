// The landing page of the Registry App: every registry that the viewer sees, as cards; those with a
// star first. Typing in the search bar finds registries, collections, tags and aliases.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, memo, Suspense, useState } from 'react';

import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { RegistryIcon } from '../components/RegistryIcon';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { RegistriesDocument, type RegistryCardFragment } from '../graphql/generated';
import { useGradually } from '../lib/gradually';
import { useLive } from '../lib/live';
import { registryLink } from '../lib/links';
import { registryName } from '../lib/names';
import { mayCreateRegistry, roleLabel } from '../lib/roles';
import { findOrg, useViewer } from '../lib/viewer';
import css from './Registries.module.css';
import { Results } from './SearchResults';
import { StarButton } from './StarButton';
import { TypeChips } from './TypeChips';

const CreateRegistry = lazy(() =>
  import('./CreateRegistry').then((module) => ({ default: module.CreateRegistry })),
);

const byName = new Intl.Collator();

const Card = memo(function Card({ org, registry }: { org: string; registry: RegistryCardFragment }) {
  const name = registryName(registry.name);
  const restricted = registry.access === 'RESTRICTED';
  return (
    <li className={css.card}>
      <div className={css.top}>
        <RegistryIcon name={name} icon={registry.icon} />
        <h2 className={css.name}>
          <Link {...registryLink(org, registry.name)} className={css.cover} data-row>
            {name}
          </Link>
        </h2>
        <span className={css.star}>
          <StarButton registry={registry} />
        </span>
      </div>
      <p className={css.description}>{registry.description || 'No description yet.'}</p>
      <div className={css.types}>
        <TypeChips registry={registry} />
      </div>
      <div className={css.foot}>
        <span>
          <Icon name={restricted ? 'lock' : 'building'} size={13} />
          {restricted ? 'Restricted' : 'Organization'}
        </span>
        {registry.viewerRole && <span>{roleLabel(registry.viewerRole.name)}</span>}
      </div>
    </li>
  );
});

export default function Registries() {
  const { org = '' }: { org?: string } = useParams({ strict: false });
  // Null until it is opened for the first time: its code is not part of the first page.
  const [creating, setCreating] = useState<boolean | null>(null);
  const [text, setText] = useState('');
  const [typed] = useDebouncedValue(text.trim(), 180);
  const list = useGqlPages(
    RegistriesDocument,
    { organization: org },
    (d) => d.organization?.orgEntity?.projects,
  );
  const organization = list.data?.pages[0]?.organization;
  useLive(organization?.id);
  const registries = (list.data?.pages ?? [])
    .flatMap((page) => page.organization?.orgEntity?.projects?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  // The server lists by name; those with a star come first.
  registries.sort(
    (a, b) =>
      Number(b.starred) - Number(a.starred) || byName.compare(registryName(a.name), registryName(b.name)),
  );
  const shown = useGradually(registries);
  const mayCreate = mayCreateRegistry(
    registries.map((r) => r.viewerRole),
    findOrg(useViewer(), org)?.viewerRole,
  );

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.data && !organization) return <NotFound what={`The organization '${org}'`} />;
  return (
    <>
      <PageHead
        title="Registry"
        actions={
          mayCreate && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
              Create registry
            </Button>
          )
        }
      />
      <TextInput
        className={css.search}
        size="md"
        type="search"
        aria-label="Search the registry"
        placeholder="Search registries, collections, tags and aliases"
        leftSection={<Icon name="search" />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && setText('')}
      />
      {typed !== '' ? (
        <Results org={org} text={typed} />
      ) : list.isPending ? (
        <LoadingRows rows={3} height={150} />
      ) : registries.length === 0 ? (
        <Empty icon="registry" title="No registry to see">
          <p>Ask an administrator of {org} to add you to one.</p>
        </Empty>
      ) : (
        <ul className={css.grid} aria-label="Registries">
          {shown.map((registry) => (
            <Card key={registry.id} org={org} registry={registry} />
          ))}
        </ul>
      )}
      {typed === '' && list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
          Show more
        </Button>
      )}
      {creating !== null && organization?.orgEntity && (
        <Suspense>
          <CreateRegistry
            opened={creating}
            close={() => setCreating(false)}
            org={org}
            entity={organization.orgEntity.name}
            taken={registries.map((r) => registryName(r.name))}
          />
        </Suspense>
      )}
    </>
  );
}
