// A project: its runs, newest first.
import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';

import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGqlPages } from '../graphql/client';
import { ProjectRunsDocument } from '../graphql/generated';
import { plural } from '../lib/format';
import { useLive } from '../lib/live';
import { runLink } from '../lib/links';
import { logSnippet } from '../lib/snippets';
import { DeletedHere } from './Deleted';
import { RunState } from './RunState';
import css from './UsageTab.module.css';

export default function ProjectRuns() {
  const { entity = '', project = '' }: { entity?: string; project?: string } = useParams({ strict: false });
  const list = useGqlPages(ProjectRunsDocument, { entity, project }, (d) => d.project?.runs);
  useLive(list.data?.pages[0]?.project?.id);

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const first = list.data.pages[0]?.project;
  if (!first) return <NotFound what={`The project '${entity}/${project}'`} />;
  const runs = list.data.pages.flatMap((page) => page.project?.runs?.edges.map((e) => e.node) ?? []);

  return (
    <>
      <PageHead
        title={project}
        crumbs={[{ label: entity, link: { to: '/$entity', params: { entity } } }]}
        beside={<span>{plural(first.runCount, 'run')}</span>}
        actions={
          <Button
            component={Link}
            {...({ to: '/$entity/$project/artifacts', params: { entity, project } } as object)}
            variant="default"
            leftSection={<Icon name="artifacts" />}
          >
            Artifacts
          </Button>
        }
      />
      {runs.length === 0 ? (
        <Empty icon="run" title="No runs yet">
          {first.permissions.editVersion && <Code text={logSnippet(entity, project)} />}
        </Empty>
      ) : (
        <Rows
          label="Runs"
          items={runs}
          keyOf={(run) => run.id}
          height={46}
          hasMore={list.hasNextPage}
          loadMore={() => void (list.isFetching || list.fetchNextPage())}
        >
          {(run) => (
            <div className={css.row}>
              <span role="cell">
                <Link
                  {...runLink({ name: run.name, project: { name: project, entityName: entity } })}
                  data-row
                >
                  {run.displayName || run.name}
                </Link>
              </span>
              <span role="cell">{run.jobType}</span>
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
      {first.permissions.deleteCollection && <DeletedHere entity={entity} project={project} />}
    </>
  );
}
