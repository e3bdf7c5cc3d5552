// A registry: what it is, the code that links to it, and its collections.
import { ActionIcon, Button, Menu, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { AliasChips, Chip, namedAliases, TagChips } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { RegistryIcon } from '../components/RegistryIcon';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGql, useGqlPages } from '../graphql/client';
import {
  DeleteRegistryCollectionDocument,
  RegistryCollectionsDocument,
  RegistryPageDocument,
  type RegistryCollectionsQuery,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { plural } from '../lib/format';
import { useLive } from '../lib/live';
import { collectionLink, settingsLink, versionLink } from '../lib/links';
import { registryName } from '../lib/names';
import type { Can } from '../lib/roles';
import { linkPath, linkSnippet } from '../lib/snippets';
import { CreateCollection } from './CreateCollection';
import { LinkVersion } from './LinkVersion';
import { NewestVersions } from './NewestVersions';
import { StarButton } from './StarButton';
import { TypeChips } from './TypeChips';
import css from './RegistryPage.module.css';

type Collections = NonNullable<RegistryCollectionsQuery['project']>['artifactCollections'];
type Row = NonNullable<NonNullable<Collections>['edges'][number]['node']>;

interface Props {
  org: string;
  entity: string;
  project: string;
}

function RowMenu({ row, props, can, link }: { row: Row; props: Props; can: Can; link: () => void }) {
  const [asking, setAsking] = useState(false);
  const remove = useChange(DeleteRegistryCollectionDocument);
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`More for ${row.name}`}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {can.link && (
            <Menu.Item leftSection={<Icon name="link" />} onClick={link}>
              Link new version
            </Menu.Item>
          )}
          {can.deleteCollection && (
            <Menu.Item color="red" leftSection={<Icon name="trash" />} onClick={() => setAsking(true)}>
              Delete collection
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        title={`Delete ${row.name}?`}
        action="Delete collection"
        busy={remove.isPending}
        confirm={() => remove.mutate({ id: row.id }, { onSettled: () => setAsking(false) })}
      >
        The collection and its {plural(row.versionCount, 'link')} go; the versions themselves stay in their
        projects. For a while it can be restored in the settings of {registryName(props.project)}.
      </Confirm>
    </>
  );
}

function CollectionRow({
  row,
  props,
  locked,
  can,
  link,
}: {
  row: Row;
  props: Props;
  locked: readonly string[];
  can: Can;
  link: () => void;
}) {
  const place = { ...props, type: row.defaultArtifactType.name, collection: row.name };
  const [open, setOpen] = useState(false);
  const latest = row.artifactMembership;
  const version = latest ? `v${latest.versionIndex}` : null;
  return (
    <div className={css.row}>
      <div className={css.main} role="cell">
        <span className={css.nameLine}>
          <button
            type="button"
            className={css.toggle}
            aria-expanded={open}
            aria-label={`Versions of ${row.name}`}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'down' : 'right'} size={14} />
          </button>
          <Link {...collectionLink(place)} className={css.name} data-row>
            {row.name}
          </Link>
          <TagChips tags={row.tags.edges.map(({ node }) => node.name)} />
        </span>
        <span className={css.sub}>
          {row.defaultArtifactType.name} · {plural(row.versionCount, 'version')} · updated{' '}
          <Age at={row.updatedAt ?? row.createdAt} />
        </span>
      </div>
      <div className={css.latest} role="cell">
        {version && (
          <>
            <Link {...versionLink(place, version)} className="v-mono">
              {version}
            </Link>
            <AliasChips aliases={namedAliases(latest?.aliases)} locked={locked} />
          </>
        )}
      </div>
      <div className={css.actions} role="cell">
        <Button component={Link} {...(collectionLink(place) as object)} variant="default" size="xs">
          View details
        </Button>
        {(can.link || can.deleteCollection) && <RowMenu row={row} props={props} can={can} link={link} />}
      </div>
      {open && (
        <div className={css.below} role="cell">
          <NewestVersions place={place} locked={locked} />
        </div>
      )}
    </div>
  );
}

function Collections({
  props,
  locked,
  can,
  types,
}: {
  props: Props;
  locked: readonly string[];
  can: Can;
  types: string[];
}) {
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const [linking, setLinking] = useState<Row | null>(null);
  const pattern = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const filters = wanted ? JSON.stringify({ name: { $regex: `(?i)${pattern}` } }) : null;
  const { entity, project } = props;
  const list = useGqlPages(
    RegistryCollectionsDocument,
    { entity, project, filters },
    (d) => d.project?.artifactCollections,
  );
  const rows = (list.data?.pages ?? [])
    .flatMap((page) => page.project?.artifactCollections?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  const total = list.data?.pages[0]?.project?.artifactCollections?.totalCount ?? 0;

  return (
    <section aria-label="Collections">
      <div className={css.bar}>
        <h2>Collections {total > 0 && <span className={css.count}>{total}</span>}</h2>
        <TextInput
          className={css.search}
          aria-label="Find a collection"
          placeholder="Find a collection"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      {list.isError ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingRows height={64} />
      ) : rows.length === 0 && wanted ? (
        <Empty icon="search" title={`No collection is called '${wanted}'`} />
      ) : rows.length === 0 ? (
        <Empty icon="collection" title="No collections yet">
          <p>Linking a version makes the collection. Run this, with your own names:</p>
          <Code text={linkSnippet(linkPath(entity, project), types[0] ?? 'model')} />
        </Empty>
      ) : (
        <Rows
          label="Collections"
          items={rows}
          keyOf={(row) => row.id}
          height={66}
          hasMore={list.hasNextPage}
          loadMore={() => void (list.isFetching || list.fetchNextPage())}
        >
          {(row) => (
            <CollectionRow row={row} props={props} locked={locked} can={can} link={() => setLinking(row)} />
          )}
        </Rows>
      )}
      <LinkVersion
        opened={linking !== null}
        close={() => setLinking(null)}
        target={linking && { ...props, collection: linking.name, type: linking.defaultArtifactType.name }}
      />
    </section>
  );
}

export default function RegistryPage(props: Props) {
  const { org, entity, project } = props;
  const page = useGql(RegistryPageDocument, { entity, project });
  const [creating, setCreating] = useState(false);
  useLive(page.data?.project?.id);
  const navigate = useNavigate();
  const name = registryName(project);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows height={64} />;
  const registry = page.data.project;
  if (!registry) return <NotFound what={`The registry '${name}'`} />;
  const can = registry.permissions;
  const types = registry.artifactTypes.edges.flatMap(({ node }) => (node ? [node.name] : []));

  return (
    <>
      <PageHead
        title={name}
        heading={
          <span className={css.heading}>
            <RegistryIcon name={name} icon={registry.icon} size={34} />
            {name}
          </span>
        }
        crumbs={[{ label: 'Registry', link: { to: '/orgs/$org/registry', params: { org } } }]}
        beside={
          <>
            <StarButton registry={registry} />
            <Chip kind="type">{registry.access === 'RESTRICTED' ? 'Restricted' : 'Organization'}</Chip>
            <TypeChips registry={registry} />
          </>
        }
        actions={
          <>
            {can.createCollection && (
              <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
                Create collection
              </Button>
            )}
            <Tooltip label="Settings">
              <ActionIcon
                size={36}
                variant="default"
                aria-label="Settings"
                onClick={() => void navigate(settingsLink(org, project))}
              >
                <Icon name="gear" size={17} />
              </ActionIcon>
            </Tooltip>
          </>
        }
      >
        {registry.description && <p className={css.description}>{registry.description}</p>}
      </PageHead>
      <details className={css.snippet} open>
        <summary>Link a version with code</summary>
        <Code text={linkSnippet(linkPath(entity, project), types[0] ?? 'model')} />
      </details>
      <Collections props={props} locked={registry.protectedAliases} can={can} types={types} />
      <CreateCollection
        opened={creating}
        close={() => setCreating(false)}
        registry={props}
        types={registry.allowAllArtifactTypesInRegistry ? null : types}
      />
    </>
  );
}
