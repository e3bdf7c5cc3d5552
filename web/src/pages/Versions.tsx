// The versions of a collection as a table: columns to choose, sorted as one likes, several to select and
// take away. With metrics on, numbers of the runs that made them stand beside them, to compare.
import { Button, Checkbox, Switch } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { AliasChips, namedAliases, TagChips } from '../components/Chips';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { CollectionVersionsDocument, type VersionRowFragment } from '../graphql/generated';
import { versionLink, type Place } from '../lib/links';
import type { Can } from '../lib/roles';
import { linkSnippet, logSnippet, pathOfTarget } from '../lib/snippets';
import css from './Versions.module.css';
import { ColumnChooser, useColumns, type Column } from './VersionsColumns';
import { Following, VersionsMany } from './VersionsMany';

const METRICS_SHOWN = 4;
const NEWEST = '-version';

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

function metricColumns(items: Item[]): Column[] {
  const names = [...new Set(items.flatMap(({ row }) => Object.keys(metricsOf(row))))].slice(0, METRICS_SHOWN);
  return names.map((name) => ({
    name: `metric ${name}`,
    label: name,
    width: 'minmax(60px, 1fr)',
    number: true,
    show: (row) => showNumber(metricsOf(row)[name]),
  }));
}

interface Item {
  version: string;
  row: VersionRowFragment;
}

const VERSION: Column = {
  name: 'version',
  label: 'Version',
  width: '64px',
  always: true,
  order: 'version',
  show: () => null,
};

/** The head of a column; a button when the server sorts by it. */
function Head({ column, order, sort }: { column: Column; order: string; sort: (order: string) => void }) {
  const down = order === `-${column.order}`;
  const on = column.order !== undefined && (down || order === column.order);
  const className = `${column.number ? css.number : ''} ${column.always ? '' : css.wide}`;
  if (column.order === undefined)
    return (
      <span role="columnheader" className={className}>
        {column.label}
      </span>
    );
  return (
    <span
      role="columnheader"
      className={className}
      aria-sort={on ? (down ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className={css.sort}
        onClick={() => sort(down ? column.order! : `-${column.order}`)}
      >
        {column.label}
        {on && <Icon name={down ? 'down' : 'up'} size={12} />}
      </button>
    </span>
  );
}

interface Props {
  place: Place;
  collectionId: string;
  locked: readonly string[];
  can: Can;
}

export function Versions(props: Props) {
  const [job, setJob] = useState<string | null>(null);

  return (
    <>
      {job && <Following id={job} done={() => setJob(null)} />}
      <Table {...props} busy={job !== null} started={setJob} />
    </>
  );
}

interface TableProps extends Props {
  /** A job on these versions is under way. */
  busy: boolean;
  started: (job: string) => void;
}

function Table({ place, collectionId, locked, can, busy, started }: TableProps) {
  const { entity, project, collection } = place;
  const inRegistry = place.org !== undefined;
  const navigate = useNavigate();
  const [metrics, setMetrics] = useState(false);
  const [order, setOrder] = useState(NEWEST);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
  const columns = useColumns();
  const list = useGqlPages(
    CollectionVersionsDocument,
    { entity, project, collection, order },
    (d) => d.project?.artifactCollection?.artifacts,
  );
  const items: Item[] = (list.data?.pages ?? []).flatMap((page) =>
    (page.project?.artifactCollection?.artifacts?.edges ?? []).map((e) => ({
      version: e.version,
      row: e.node,
    })),
  );
  const total = list.data?.pages[0]?.project?.artifactCollection?.artifacts?.totalCount ?? items.length;

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  if (items.length === 0)
    return (
      <Empty icon="artifacts" title="No versions yet">
        <p>{inRegistry ? 'Run this to link the first one:' : 'Run this to log one:'}</p>
        <Code
          text={inRegistry ? linkSnippet(pathOfTarget(place), place.type) : logSnippet(entity, project)}
        />
      </Empty>
    );

  const aliasesOf = ({ row }: Item) =>
    namedAliases(row.aliases?.filter((a) => a.artifactCollection?.id === collectionId));
  const ofMetrics = metricColumns(items);
  const shown = metrics && ofMetrics.length > 0 ? ofMetrics : columns.shown;
  const mayTake = inRegistry ? can.unlink : can.deleteVersion;
  const isChosen = (item: Item) => everything || picked.has(item.version);
  const chosen = items.filter(isChosen);
  const choose = (version: string) => {
    const next = new Set(chosen.map((item) => item.version));
    if (!next.delete(version)) next.add(version);
    setEverything(false);
    setPicked(next);
  };
  const chooseAll = (all: boolean) => {
    setEverything(false);
    setPicked(new Set(all ? items.map((item) => item.version) : []));
  };
  const grid = {
    '--columns': [mayTake ? '20px' : '', '76px minmax(0, 2fr)', ...shown.map((c) => c.width), '62px'].join(
      ' ',
    ),
    '--narrow': `${mayTake ? '20px' : ''} 78px minmax(0, 1fr) 62px`,
  } as React.CSSProperties;
  const [newest, before] = order === NEWEST ? items : [];

  return (
    <>
      <div className={css.bar}>
        {ofMetrics.length > 0 && (
          <Switch
            label="Show metrics"
            checked={metrics}
            onChange={(event) => setMetrics(event.currentTarget.checked)}
          />
        )}
        <span className={css.end}>
          {newest && before && can.download && (
            <Button
              variant="default"
              size="xs"
              onClick={() =>
                void navigate(versionLink(place, newest.version, { tab: 'compare', with: before.version }))
              }
            >
              Compare {before.version} and {newest.version}
            </Button>
          )}
          <ColumnChooser chosen={columns.chosen} toggle={columns.toggle} />
        </span>
      </div>
      {mayTake && !busy && (
        <VersionsMany
          place={place}
          inRegistry={inRegistry}
          total={total}
          selected={{
            versions: everything ? [] : chosen.map((item) => item.version),
            everything,
            count: everything ? total : chosen.length,
            aliased: chosen.filter((item) => aliasesOf(item).length > 0).length,
            artifacts: chosen.map((item) => ({ id: item.row.id, aliased: aliasesOf(item).length > 0 })),
          }}
          clear={() => chooseAll(false)}
          selectEverything={() => setEverything(true)}
          started={started}
        />
      )}
      <Rows
        label="Versions"
        items={items}
        keyOf={(item) => item.row.id}
        height={54}
        hasMore={list.hasNextPage}
        loadMore={() => void (list.isFetching || list.fetchNextPage())}
        head={
          <div className={css.row} style={grid}>
            {mayTake && (
              <span role="columnheader">
                <Checkbox
                  size="xs"
                  aria-label="Select all versions"
                  checked={chosen.length === items.length}
                  indeterminate={chosen.length > 0 && chosen.length < items.length}
                  onChange={(event) => chooseAll(event.currentTarget.checked)}
                />
              </span>
            )}
            <Head column={VERSION} order={order} sort={setOrder} />
            <span role="columnheader">Aliases and tags</span>
            {shown.map((column) => (
              <Head key={column.name} column={column} order={order} sort={setOrder} />
            ))}
            <span role="columnheader" aria-label="Actions" />
          </div>
        }
      >
        {(item) => (
          <div className={css.row} style={grid} data-chosen={isChosen(item) || undefined}>
            {mayTake && (
              <span role="cell">
                <Checkbox
                  size="xs"
                  aria-label={`Select ${item.version}`}
                  checked={isChosen(item)}
                  onChange={() => choose(item.version)}
                />
              </span>
            )}
            <span role="cell">
              <Link {...versionLink(place, item.version)} className={`v-mono ${css.version}`} data-row>
                {item.version}
              </Link>
            </span>
            <span role="cell" className={css.chips}>
              <AliasChips aliases={aliasesOf(item)} locked={locked} />
              <TagChips tags={item.row.tags.map((t) => t.name)} />
            </span>
            {shown.map((column) => (
              <span
                key={column.name}
                role="cell"
                className={column.number ? `${css.number} ${css.wide} v-num` : `${css.clip} ${css.wide}`}
              >
                {column.show(item.row)}
              </span>
            ))}
            <span role="cell" className={css.last}>
              <Button
                component={Link}
                {...(versionLink(place, item.version) as object)}
                size="compact-sm"
                variant="default"
                aria-label={`View ${item.version}`}
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
