// What is stored on this server and by whom, and giving back what nothing needs any more.
import { Button, Progress } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { Icon } from '../components/Icon';
import { Card, Fact, Facts, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGql, useGqlPages } from '../graphql/client';
import {
  CancelJobDocument,
  CountStorageDocument,
  ReclaimStorageDocument,
  RegistryStorageDocument,
  ServerStorageDocument,
  TeamStorageDocument,
  type JobLineFragment,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { formatBytes, formatCount, plural } from '../lib/format';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';
import { StorageTree } from './ServerStorageTree';

const WORDS: Record<string, string> = {
  RECLAIM: 'Reclaim',
  DELETE_VERSIONS: 'Delete versions',
  SETTLE_PLACES: 'Settle places',
  COUNT_STORAGE: 'Count',
};

function isOver(job: JobLineFragment): boolean {
  return job.state !== 'WAITING' && job.state !== 'RUNNING';
}

/** What a finished reclaim gave back, or a dry run of it would. */
function freed(job: JobLineFragment): string {
  if (job.kind !== 'RECLAIM' || job.state !== 'DONE') return '';
  const counts = (job.result ?? {}) as Record<string, unknown>;
  const bytes = Number(counts.deletedBytes ?? 0);
  const blobs = Number(counts.deletedBlobs ?? 0);
  return `${formatBytes(bytes)} in ${plural(blobs, 'blob')} ${job.dryRun ? 'would be' : 'were'} freed.`;
}

function Job({ job }: { job: JobLineFragment }) {
  const cancel = useChange(CancelJobDocument);
  const share = job.total > 0 ? (job.done / job.total) * 100 : 0;
  return (
    <div className={css.cells}>
      <span role="cell">
        {WORDS[job.kind] ?? job.kind}
        {job.dryRun && ' (dry run)'} <span className={css.dim}>{freed(job) || job.message}</span>
      </span>
      <span role="cell" className={css.wide}>
        {isOver(job) ? (
          <span className={css.dim}>{job.state.toLowerCase()}</span>
        ) : (
          <Progress value={share} aria-label="How far it is" animated />
        )}
      </span>
      <span role="cell" className={css.dim}>
        {isOver(job) ? (
          <Age at={job.createdAt} />
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => cancel.mutate({ input: { id: job.id } })}
          >
            Cancel
          </Button>
        )}
      </span>
    </div>
  );
}

function OfRegistries({ org }: { org: string }) {
  const page = useGql(RegistryStorageDocument, { organization: org });
  const organization = page.data?.organization;
  const registries = (organization?.orgEntity?.projects?.edges ?? []).flatMap(({ node }) =>
    node ? [node] : [],
  );
  return (
    <>
      <Section title={`Registries of ${org}`}>
        {page.isError ? (
          <Problem error={page.error} retry={() => void page.refetch()} />
        ) : page.isPending ? (
          <LoadingRows rows={2} />
        ) : (
          <StorageTree
            label={`Registries of ${org}`}
            org={org}
            entity={organization?.orgEntity?.name ?? ''}
            projects={registries}
          />
        )}
      </Section>
      {organization?.teams.map((team) => (
        <OfTeam key={team.id} team={team.name} bytes={team.storageBytes} />
      ))}
    </>
  );
}

function OfTeam({ team, bytes }: { team: string; bytes: number }) {
  const list = useGqlPages(TeamStorageDocument, { entity: team }, (d) => d.models);
  const projects = (list.data?.pages ?? [])
    .flatMap((page) => page.models?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  return (
    <Section title={`Projects of ${team}`} beside={<span className={css.hint}>{formatBytes(bytes)}</span>}>
      {list.isError ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingRows rows={2} />
      ) : (
        <StorageTree label={`Projects of ${team}`} entity={team} projects={projects} />
      )}
      {list.hasNextPage && (
        <Button
          mt={8}
          size="xs"
          variant="default"
          loading={list.isFetching}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Section>
  );
}

export function ServerStorage() {
  const viewer = useViewer();
  const client = useQueryClient();
  const page = useGql(
    ServerStorageDocument,
    {},
    {
      refetchInterval: (query) => (query.state.data?.jobs.some((job) => !isOver(job)) ? 1000 : false),
    },
  );
  const reclaim = useChange(ReclaimStorageDocument);
  const count = useChange(CountStorageDocument);

  const lastEnded = page.data && (page.data.jobs.find(isOver)?.id ?? 'none');
  const known = useRef(lastEnded);

  useEffect(() => {
    const before = known.current;
    known.current = lastEnded;
    // Every figure on the page may be another now.
    if (before !== undefined && before !== lastEnded) void client.invalidateQueries();
  }, [lastEnded, client]);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows rows={2} />;
  const all = page.data.storage;
  const jobs = page.data.jobs;

  return (
    <>
      <Section
        title="Storage"
        beside={
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="refresh" size={14} />}
              loading={count.isPending}
              onClick={() => count.mutate({})}
            >
              Count now
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={reclaim.isPending}
              onClick={() => reclaim.mutate({ dryRun: true })}
            >
              What could be reclaimed?
            </Button>
            <Button size="xs" variant="default" onClick={() => reclaim.mutate({ dryRun: false })}>
              Reclaim
            </Button>
          </>
        }
      >
        <Card>
          {all ? (
            <Facts>
              <Fact name="Versions">
                {formatCount(all.versions)} with {formatCount(all.files)} files
              </Fact>
              <Fact name="Sum of sizes">{formatBytes(all.logicalBytes)}</Fact>
              <Fact name="Stored once">
                {all.isEstimated ? 'about ' : ''}
                {formatBytes(all.uniqueBytes)}
              </Fact>
              <Fact name="Counted">
                <Age at={all.countedAt} />
              </Fact>
            </Facts>
          ) : (
            <p className={css.hint}>It has not been counted yet; the server does so once a day.</p>
          )}
        </Card>
      </Section>
      {jobs.length > 0 && (
        <Section title="Your jobs">
          <Rows label="Your jobs" items={jobs} keyOf={(job) => job.id} height={54}>
            {(job) => <Job job={job} />}
          </Rows>
        </Section>
      )}
      {viewer.organizations.map((org) => (
        <OfRegistries key={org.id} org={org.name} />
      ))}
    </>
  );
}
