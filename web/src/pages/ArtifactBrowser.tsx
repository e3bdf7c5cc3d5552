// The artifact browser of a project: types, collections and their versions as a tree that can be searched.
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { useGql, useGqlPages } from '../graphql/client';
import { ProjectCollectionsDocument, ProjectTypesDocument } from '../graphql/generated';
import { plural } from '../lib/format';
import { useLive } from '../lib/live';
import { collectionLink } from '../lib/links';
import { logSnippet } from '../lib/snippets';
import css from './ArtifactBrowser.module.css';
import { NewestVersions } from './NewestVersions';

export default function ArtifactBrowser() {
  const params: { entity?: string; project?: string; type?: string } = useParams({ strict: false });
  const { entity = '', project = '' } = params;
  const [type, setType] = useState<string | null>(params.type ?? null);
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const types = useGql(ProjectTypesDocument, { entity, project });
  useLive(types.data?.project?.id);
  const pattern = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const conditions = { ...(type ? { type } : {}), ...(wanted ? { name: { $regex: `(?i)${pattern}` } } : {}) };
  const filters = Object.keys(conditions).length > 0 ? JSON.stringify(conditions) : null;
  const list = useGqlPages(
    ProjectCollectionsDocument,
    { entity, project, filters },
    (d) => d.project?.artifactCollections,
  );
  const rows = (list.data?.pages ?? [])
    .flatMap((page) => page.project?.artifactCollections?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  const names =
    types.data?.project?.artifactTypes.edges.flatMap(({ node }) => (node ? [node.name] : [])) ?? [];
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };

  if (types.data && !types.data.project) return <NotFound what={`The project '${entity}/${project}'`} />;
  return (
    <>
      <PageHead
        title="Artifacts"
        crumbs={[
          { label: entity, link: { to: '/$entity', params: { entity } } },
          { label: project, link: { to: '/$entity/$project', params: { entity, project } } },
        ]}
      />
      <div className={css.layout}>
        <nav aria-label="Types" className={css.types}>
          {[null, ...names].map((name) => (
            <button
              key={name ?? ''}
              type="button"
              className={css.type}
              aria-pressed={type === name}
              onClick={() => setType(name)}
            >
              {name ?? 'All types'}
            </button>
          ))}
        </nav>
        <div>
          <TextInput
            mb={12}
            aria-label="Search artifacts"
            placeholder="Search artifacts"
            leftSection={<Icon name="search" size={14} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {list.isError ? (
            <Problem error={list.error} retry={() => void list.refetch()} />
          ) : list.isPending ? (
            <LoadingRows />
          ) : rows.length === 0 && (wanted || type) ? (
            <Empty icon="search" title="No artifact matches" />
          ) : rows.length === 0 ? (
            <Empty icon="artifacts" title="No artifacts yet">
              {types.data?.project?.permissions.editVersion && <Code text={logSnippet(entity, project)} />}
            </Empty>
          ) : (
            <Rows
              label="Artifacts"
              items={rows}
              keyOf={(row) => row.id}
              height={52}
              hasMore={list.hasNextPage}
              loadMore={() => void (list.isFetching || list.fetchNextPage())}
            >
              {(row) => {
                const place = { entity, project, type: row.defaultArtifactType.name, collection: row.name };
                return (
                  <div className={css.cell} role="cell">
                    <div className={css.line}>
                      <button
                        type="button"
                        className={css.toggle}
                        aria-expanded={open.has(row.id)}
                        aria-label={`Versions of ${row.name}`}
                        onClick={() => toggle(row.id)}
                      >
                        <Icon name={open.has(row.id) ? 'down' : 'right'} size={14} />
                      </button>
                      <Link {...collectionLink(place)} className={css.name} data-row>
                        {row.name}
                      </Link>
                      <span className={css.sub}>
                        {row.defaultArtifactType.name} · {plural(row.versionCount, 'version')}
                      </span>
                    </div>
                    {open.has(row.id) && <NewestVersions place={place} locked={[]} />}
                  </div>
                );
              }}
            </Rows>
          )}
        </div>
      </div>
    </>
  );
}
