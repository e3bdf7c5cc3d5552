// Two versions of a collection side by side: which files came, went or changed, and what changed in the
// metadata.
import { Select, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { namedAliases } from '../components/Chips';
import { Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGql, useGqlPages } from '../graphql/client';
import {
  ComparisonDocument,
  PickVersionsDocument,
  VersionMetadataDocument,
  type ManifestChange,
} from '../graphql/generated';
import { diffObjects } from '../lib/diff';
import { formatBytes, formatCount, plural } from '../lib/format';
import { versionLink, type Place } from '../lib/links';
import css from './CompareTab.module.css';

const WORDS: Record<ManifestChange, string> = {
  ADDED: 'added',
  REMOVED: 'removed',
  CHANGED: 'changed',
  SAME: 'same',
};

function parse(text: string | null | undefined): Record<string, unknown> {
  try {
    return (JSON.parse(text ?? '{}') as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

function show(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

function size(bytes: number | null | undefined): string {
  return bytes == null ? '' : formatBytes(bytes);
}

function Comparison({
  place,
  version,
  other,
  otherId,
}: {
  place: Place;
  version: string;
  other: string;
  otherId: string;
}) {
  const { entity, project, collection } = place;
  const [all, setAll] = useState(false);
  const changes: ManifestChange[] | null = all ? ['ADDED', 'REMOVED', 'CHANGED', 'SAME'] : null;
  const files = useGqlPages(
    ComparisonDocument,
    { entity, project, name: `${collection}:${version}`, with: otherId, changes },
    (d) => d.project?.artifactCollectionMembership?.comparison,
  );
  const before = useGql(VersionMetadataDocument, { entity, project, name: `${collection}:${other}` });

  if (files.isError) return <Problem error={files.error} retry={() => void files.refetch()} />;
  if (files.isPending || before.isPending) return <LoadingRows />;
  const first = files.data.pages[0]?.project?.artifactCollectionMembership;
  const sum = first?.comparison;
  const entries = files.data.pages.flatMap(
    (page) => page.project?.artifactCollectionMembership?.comparison?.entries ?? [],
  );
  const metadata = diffObjects(
    parse(before.data?.project?.artifactCollectionMembership?.artifact?.metadata),
    parse(first?.artifact?.metadata),
  ).filter((line) => all || line.change !== 'same');

  return (
    <>
      <Section
        title="Files"
        beside={
          sum && (
            <span className={css.sum}>
              <span data-change="added">{formatCount(sum.added)} added</span>
              <span data-change="removed">{formatCount(sum.removed)} removed</span>
              <span data-change="changed">{formatCount(sum.changed)} changed</span>
              <span>{plural(sum.same, 'file')} the same</span>
              <span>
                {sum.sizeDelta > 0 ? '+' : ''}
                {formatBytes(sum.sizeDelta)}
              </span>
              <Switch
                label="Show what is the same"
                checked={all}
                onChange={(event) => setAll(event.currentTarget.checked)}
              />
            </span>
          )
        }
      >
        {entries.length === 0 ? (
          <Empty icon="check" title="The files are the same" />
        ) : (
          <Rows
            label="Files"
            items={entries}
            keyOf={(entry) => entry.path}
            height={38}
            hasMore={files.hasNextPage}
            loadMore={() => void (files.isFetching || files.fetchNextPage())}
            head={
              <div className={css.row}>
                <span role="columnheader">File</span>
                <span role="columnheader">What happened</span>
                <span role="columnheader">{other}</span>
                <span role="columnheader">{version}</span>
                <span role="columnheader">Difference</span>
              </div>
            }
          >
            {(entry) => {
              const delta = (entry.sizeAfter ?? 0) - (entry.sizeBefore ?? 0);
              return (
                <div className={css.row} data-change={WORDS[entry.change]}>
                  <span role="cell" className={css.path}>
                    {entry.path}
                  </span>
                  <span role="cell" className={css.change}>
                    {WORDS[entry.change]}
                  </span>
                  <span role="cell">{size(entry.sizeBefore)}</span>
                  <span role="cell">{size(entry.sizeAfter)}</span>
                  <span role="cell">{delta === 0 ? '' : `${delta > 0 ? '+' : ''}${formatBytes(delta)}`}</span>
                </div>
              );
            }}
          </Rows>
        )}
      </Section>
      <Section title="Metadata">
        {metadata.length === 0 ? (
          <Empty icon="check" title="The metadata is the same" />
        ) : (
          <Rows
            label="Metadata"
            items={metadata}
            keyOf={(line) => line.key}
            height={38}
            head={
              <div className={`${css.row} ${css.wide}`}>
                <span role="columnheader">Key</span>
                <span role="columnheader">What happened</span>
                <span role="columnheader">{other}</span>
                <span role="columnheader">{version}</span>
              </div>
            }
          >
            {(line) => (
              <div className={`${css.row} ${css.wide}`} data-change={line.change}>
                <span role="cell" className={css.path}>
                  {line.key}
                </span>
                <span role="cell" className={css.change}>
                  {line.change}
                </span>
                <span role="cell" className={css.path}>
                  {show(line.before)}
                </span>
                <span role="cell" className={css.path}>
                  {show(line.after)}
                </span>
              </div>
            )}
          </Rows>
        )}
      </Section>
    </>
  );
}

export default function CompareTab({
  place,
  version,
  other,
}: {
  place: Place;
  version: string;
  other?: string;
}) {
  const navigate = useNavigate();
  const { entity, project, collection } = place;
  const list = useGql(PickVersionsDocument, { entity, project, collection });
  const edges = (list.data?.project?.artifactCollection?.artifacts?.edges ?? []).filter(
    (e) => e.version !== version,
  );
  const otherId = edges.find((e) => e.version === other)?.node.id;

  return (
    <>
      <Select
        className={css.pick}
        label={`Compare ${version} with`}
        placeholder="Choose a version"
        searchable
        data={edges.map((e) => ({
          value: e.version,
          label: [e.version, ...namedAliases(e.node.aliases)].join(' · '),
        }))}
        value={other ?? null}
        onChange={(value) =>
          void navigate(versionLink(place, version, { tab: 'compare', with: value ?? undefined }))
        }
      />
      {other && otherId ? (
        <Comparison key={otherId} place={place} version={version} other={other} otherId={otherId} />
      ) : (
        !list.isPending && <p className={css.hint}>The other version counts as the one before.</p>
      )}
    </>
  );
}
