// What is stored where, level by level: a registry or project, its collections, their versions, the
// largest first. What stands below a line is asked for when the line is opened.
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';

import { Icon } from '../components/Icon';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import {
  CollectionStorageDocument,
  CollectionVersionsDocument,
  type FigureFragment,
} from '../graphql/generated';
import { formatBytes, plural } from '../lib/format';
import { collectionLink, registryLink, versionLink, type Place } from '../lib/links';
import { isRegistry, registryName } from '../lib/names';
import css from './ServerStorage.module.css';

interface Where {
  org?: string;
  entity: string;
  project: string;
}

interface LineProps {
  name: string;
  children: ReactNode;
  figure: FigureFragment | null | undefined;
  /** "link" in registries */
  noun: string;
  below: () => ReactNode;
}

function Line({ name, children, figure, noun, below }: LineProps) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className={css.line}>
        <button
          type="button"
          className={css.toggle}
          aria-expanded={open}
          aria-label={`What is in ${name}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'down' : 'right'} size={14} />
        </button>
        <span className={css.name}>{children}</span>
        {figure ? (
          <>
            <span className={css.dim}>{plural(figure.versions, noun)}</span>
            <span className={css.number}>{formatBytes(figure.logicalBytes)}</span>
            <span className={css.number}>
              {figure.isEstimated ? 'about ' : ''}
              {formatBytes(figure.uniqueBytes)} stored once
            </span>
          </>
        ) : (
          <span className={css.dim}>not counted yet</span>
        )}
      </div>
      {open && below()}
    </li>
  );
}

function More({
  list,
}: {
  list: { hasNextPage: boolean; isFetching: boolean; fetchNextPage: () => unknown };
}) {
  return list.hasNextPage ? (
    <Button
      size="compact-sm"
      variant="subtle"
      loading={list.isFetching}
      onClick={() => void list.fetchNextPage()}
    >
      Show more
    </Button>
  ) : null;
}

function VersionLines({ place }: { place: Place }) {
  const { entity, project, collection } = place;
  const list = useGqlPages(
    CollectionVersionsDocument,
    { entity, project, collection, order: '-artifact_size' },
    (d) => d.project?.artifactCollection?.artifacts,
  );
  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows rows={1} />;
  const edges = list.data.pages.flatMap((page) => page.project?.artifactCollection?.artifacts?.edges ?? []);
  return (
    <>
      <ul className={css.lines} aria-label={`Versions of ${collection}`}>
        {edges.map(({ version, node }) => (
          <li key={node.id} className={css.line}>
            <Link {...versionLink(place, version)} className={`v-mono ${css.name}`}>
              {version}
            </Link>
            <span className={css.dim}>{plural(node.fileCount, 'file')}</span>
            <span className={css.number}>{formatBytes(node.size)}</span>
          </li>
        ))}
        {edges.length === 0 && <li className={css.dim}>No versions</li>}
      </ul>
      <More list={list} />
    </>
  );
}

function CollectionLines({ org, entity, project }: Where) {
  const list = useGqlPages(
    CollectionStorageDocument,
    { entity, project },
    (d) => d.project?.artifactCollections,
  );
  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows rows={1} />;
  const rows = list.data.pages
    .flatMap((page) => page.project?.artifactCollections?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  return (
    <>
      <ul className={css.lines} aria-label={`Collections of ${registryName(project)}`}>
        {rows.map((row) => {
          const place = { org, entity, project, type: row.defaultArtifactType.name, collection: row.name };
          return (
            <Line
              key={row.id}
              name={row.name}
              figure={row.storage}
              noun={row.__typename === 'ArtifactPortfolio' ? 'link' : 'version'}
              below={() => <VersionLines place={place} />}
            >
              <Link {...collectionLink(place)}>{row.name}</Link>
            </Line>
          );
        })}
        {rows.length === 0 && <li className={css.dim}>No collections</li>}
      </ul>
      <More list={list} />
    </>
  );
}

interface Props {
  label: string;
  org?: string;
  entity: string;
  projects: readonly { id: string; name: string; storage?: FigureFragment | null }[];
}

export function StorageTree({ label, org, entity, projects }: Props) {
  if (projects.length === 0) return <Empty icon="storage" title="Nothing is here yet" />;
  return (
    <ul className={css.tree} aria-label={label}>
      {projects.map((project) => (
        <Line
          key={project.id}
          name={registryName(project.name)}
          figure={project.storage}
          noun={isRegistry(project.name) ? 'link' : 'version'}
          below={() => <CollectionLines org={org} entity={entity} project={project.name} />}
        >
          {org ? (
            <Link {...registryLink(org, project.name)}>{registryName(project.name)}</Link>
          ) : (
            <Link to="/$entity/$project/artifacts" params={{ entity, project: project.name }}>
              {project.name}
            </Link>
          )}
        </Line>
      ))}
    </ul>
  );
}
