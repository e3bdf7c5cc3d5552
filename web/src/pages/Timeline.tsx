// When each alias named which version: one line per alias, a bar per version that it named.
import { Link } from '@tanstack/react-router';

import { Code } from '../components/Copy';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { CollectionHistoryDocument } from '../graphql/generated';
import { formatTime, parseTime } from '../lib/format';
import { pathOf, versionLink, type Place } from '../lib/links';
import { aliasSnippet } from '../lib/snippets';
import { aliasSpans } from '../lib/timeline';
import css from './Timeline.module.css';

export function Timeline({ place }: { place: Place }) {
  const { entity, project, collection } = place;
  const list = useGqlPages(
    CollectionHistoryDocument,
    { entity, project, collection, first: 500 },
    (d) => d.project?.artifactCollection?.history,
  );

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const events = list.data.pages
    .flatMap((page) => page.project?.artifactCollection?.history.edges ?? [])
    .map(({ node }) => ({
      at: parseTime(node.createdAt).getTime(),
      action: node.action,
      version: node.versionIndex ?? null,
      alias: node.alias ?? null,
    }));
  const now = Date.now();
  const { start, lanes } = aliasSpans(events, now);
  if (lanes.length === 0)
    return (
      <Empty icon="alias" title="No alias has been set yet">
        <Code text={aliasSnippet(`${pathOf(place)}:v0`)} />
      </Empty>
    );

  const length = Math.max(1, now - start);
  const left = (at: number) => `${((at - start) / length) * 100}%`;
  return (
    <div className={css.box} role="table" aria-label="Timeline of aliases">
      {lanes.map((lane) => (
        <div key={lane.alias} className={css.lane} role="row">
          <span className={css.alias} role="rowheader">
            {lane.alias}
          </span>
          <span className={css.track} role="cell">
            {lane.spans.map((span) => (
              <Link
                key={`${span.version} ${span.from}`}
                {...versionLink(place, `v${span.version}`)}
                className={css.bar}
                data-open={span.to === null || undefined}
                style={{
                  left: left(span.from),
                  width: `calc(${(((span.to ?? now) - span.from) / length) * 100}% - 2px)`,
                }}
                title={`v${span.version}: ${formatTime(new Date(span.from).toISOString())} to ${
                  span.to === null ? 'now' : formatTime(new Date(span.to).toISOString())
                }`}
              >
                v{span.version}
              </Link>
            ))}
          </span>
        </div>
      ))}
      <div className={css.scale} aria-hidden="true">
        <span>{formatTime(new Date(start).toISOString())}</span>
        <span>now</span>
      </div>
    </div>
  );
}
