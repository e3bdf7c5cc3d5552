// The versions of a collection as a table. With metrics on, numbers of the runs that made them stand
// beside them, to compare.
import { Button, Switch } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { AliasChips, namedAliases, TagChips } from '../components/Chips';
import { Code } from '../components/Copy';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGqlPages } from '../graphql/client';
import { CollectionVersionsDocument, type VersionRowFragment } from '../graphql/generated';
import { formatBytes, formatCount, formatDuration } from '../lib/format';
import { runLink, versionLink, type Place } from '../lib/links';
import type { Can } from '../lib/roles';
import { linkSnippet, logSnippet, pathOfTarget } from '../lib/snippets';
import css from './Versions.module.css';

const METRICS_SHOWN = 4;

function metricsOf(row: VersionRowFragment): Record<string, number> {
  if (row.createdBy?.__typename !== 'Run' || !row.createdBy.summaryMetrics) return {};
  try {
    const all = JSON.parse(row.createdBy.summaryMetrics) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, number] => {
        return typeof entry[1] === 'number' && !entry[0].startsWith('_');
      }),
    );
  } catch {
    return {};
  }
}

function showNumber(value: number | undefined): string {
  return value === undefined ? '-' : String(Number(value.toPrecision(5)));
}

function Creator({ row }: { row: VersionRowFragment }) {
  const by = row.createdBy;
  if (!by) return <span className={css.dim}>-</span>;
  if (by.__typename === 'User') return <>{by.username}</>;
  return (
    <>
      {by.user?.username && <span>{by.user.username} · </span>}
      <Link {...runLink(by)}>{by.displayName || by.name}</Link>
    </>
  );
}

interface Item {
  version: string;
  row: VersionRowFragment;
}

interface Props {
  place: Place;
  collectionId: string;
  locked: readonly string[];
  can: Can;
}

export function Versions({ place, collectionId, locked, can }: Props) {
  const { entity, project, collection } = place;
  const navigate = useNavigate();
  const [metrics, setMetrics] = useState(false);
  const list = useGqlPages(
    CollectionVersionsDocument,
    { entity, project, collection },
    (d) => d.project?.artifactCollection?.artifacts,
  );
  const items: Item[] = (list.data?.pages ?? []).flatMap((page) =>
    (page.project?.artifactCollection?.artifacts?.edges ?? []).map((e) => ({
      version: e.version,
      row: e.node,
    })),
  );

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  if (items.length === 0)
    return (
      <Empty icon="artifacts" title="No versions yet">
        <p>{place.org ? 'Run this to link the first one:' : 'Run this to log one:'}</p>
        <Code text={place.org ? linkSnippet(pathOfTarget(place), place.type) : logSnippet(entity, project)} />
      </Empty>
    );

  const names = [...new Set(items.flatMap(({ row }) => Object.keys(metricsOf(row))))].slice(0, METRICS_SHOWN);
  const grid = metrics && names.length > 0 ? css.withMetrics : css.plain;
  return (
    <>
      <div className={css.bar}>
        {names.length > 0 && (
          <Switch
            label="Show metrics"
            checked={metrics}
            onChange={(event) => setMetrics(event.currentTarget.checked)}
          />
        )}
        {items.length > 1 && can.download && (
          <Button
            variant="default"
            size="xs"
            onClick={() =>
              void navigate(
                versionLink(place, items[0]!.version, { tab: 'compare', with: items[1]!.version }),
              )
            }
          >
            Compare {items[1]!.version} and {items[0]!.version}
          </Button>
        )}
      </div>
      <Rows
        label="Versions"
        items={items}
        keyOf={(item) => item.row.id}
        height={54}
        hasMore={list.hasNextPage}
        loadMore={() => void (list.isFetching || list.fetchNextPage())}
        head={
          <div className={`${css.row} ${grid}`}>
            <span role="columnheader">Version</span>
            <span role="columnheader">Aliases and tags</span>
            {metrics && names.length > 0 ? (
              names.map((name) => (
                <span key={name} role="columnheader" className={css.number}>
                  {name}
                </span>
              ))
            ) : (
              <>
                <span role="columnheader">Created by</span>
                <span role="columnheader" className={css.number}>
                  Size
                </span>
                <span role="columnheader">TTL</span>
              </>
            )}
            <span role="columnheader">Created</span>
            <span role="columnheader" aria-label="Actions" />
          </div>
        }
      >
        {({ version, row }) => (
          <div className={`${css.row} ${grid}`}>
            <span role="cell">
              <Link {...versionLink(place, version)} className={`v-mono ${css.version}`} data-row>
                {version}
              </Link>
            </span>
            <span role="cell" className={css.chips}>
              <AliasChips
                aliases={namedAliases(row.aliases?.filter((a) => a.artifactCollection?.id === collectionId))}
                locked={locked}
              />
              <TagChips tags={row.tags.map((t) => t.name)} />
            </span>
            {metrics && names.length > 0 ? (
              names.map((name) => (
                <span key={name} role="cell" className={`${css.number} v-num`}>
                  {showNumber(metricsOf(row)[name])}
                </span>
              ))
            ) : (
              <>
                <span role="cell" className={css.clip}>
                  <Creator row={row} />
                </span>
                <span
                  role="cell"
                  className={`${css.number} v-num`}
                  title={`${formatCount(row.fileCount)} files`}
                >
                  {formatBytes(row.size)}
                </span>
                <span role="cell" className={css.dim}>
                  {row.ttlDurationSeconds > 0 ? formatDuration(row.ttlDurationSeconds) : '-'}
                </span>
              </>
            )}
            <span role="cell" className={css.dim}>
              <Age at={row.createdAt} />
            </span>
            <span role="cell" className={css.end}>
              <Button
                component={Link}
                {...(versionLink(place, version) as object)}
                size="compact-sm"
                variant="default"
                aria-label={`View ${version}`}
              >
                View
              </Button>
            </span>
          </div>
        )}
      </Rows>
    </>
  );
}
