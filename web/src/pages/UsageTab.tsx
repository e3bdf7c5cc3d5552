// The Usage tab: code to copy, and the runs that used the version.
import { Link } from '@tanstack/react-router';

import { Code } from '../components/Copy';
import { Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGqlPages } from '../graphql/client';
import { VersionUsesDocument } from '../graphql/generated';
import { pathOf, runLink, type Place } from '../lib/links';
import { usageSnippet, withoutRunSnippet } from '../lib/snippets';
import { RunState } from './RunState';
import type { Version } from './VersionPage';
import css from './UsageTab.module.css';

export default function UsageTab({
  artifact,
  place,
  version,
}: {
  artifact: Version;
  place: Place;
  version: string;
}) {
  const fullName = `${pathOf(place)}:${version}`;
  const list = useGqlPages(VersionUsesDocument, { id: artifact.id }, (d) => d.artifact?.usedBy);
  const runs = (list.data?.pages ?? []).flatMap(
    (page) => page.artifact?.usedBy.edges.map((e) => e.node) ?? [],
  );

  return (
    <>
      <Section title="Usage API">
        <p className={css.hint}>In a run: it counts as an input, and shows in the lineage.</p>
        <Code text={usageSnippet(fullName, artifact.artifactType.name)} label="Copy usage code" />
        <p className={css.hint}>Without a run:</p>
        <Code text={withoutRunSnippet(fullName)} label="Copy code without a run" />
      </Section>
      <Section title="Used by">
        {list.isError ? (
          <Problem error={list.error} retry={() => void list.refetch()} />
        ) : list.isPending ? (
          <LoadingRows rows={2} />
        ) : runs.length === 0 ? (
          <p className={css.hint}>No run has used it yet.</p>
        ) : (
          <Rows
            label="Runs that used this version"
            items={runs}
            keyOf={(run) => run.id}
            height={46}
            head={
              <div className={css.row}>
                <span role="columnheader">Run</span>
                <span role="columnheader">Project</span>
                <span role="columnheader">State</span>
                <span role="columnheader">By</span>
                <span role="columnheader">Created</span>
              </div>
            }
            hasMore={list.hasNextPage}
            loadMore={() => void (list.isFetching || list.fetchNextPage())}
          >
            {(run) => (
              <div className={css.row}>
                <span role="cell">
                  <Link {...runLink(run)} data-row>
                    {run.displayName || run.name}
                  </Link>
                </span>
                <span role="cell">
                  {run.project?.entityName}/{run.project?.name}
                </span>
                <span role="cell">
                  <RunState state={run.state} />
                </span>
                <span role="cell">{run.user?.username}</span>
                <span role="cell">
                  <Age at={run.createdAt} />
                </span>
              </div>
            )}
          </Rows>
        )}
      </Section>
    </>
  );
}
