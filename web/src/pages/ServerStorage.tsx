// What is stored on this server and by whom, and giving back what nothing needs any more.
import { Button, Progress } from '@mantine/core';
import { useState } from 'react';

import { Icon } from '../components/Icon';
import { Card, Fact, Facts, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGql } from '../graphql/client';
import {
  CancelJobDocument,
  CountStorageDocument,
  ReclaimStorageDocument,
  RegistryStorageDocument,
  ServerStorageDocument,
  type JobLineFragment,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { formatBytes, formatCount } from '../lib/format';
import { registryName } from '../lib/names';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';

const WORDS: Record<string, string> = {
  RECLAIM: 'Reclaim',
  DELETE_VERSIONS: 'Delete versions',
  SETTLE_PLACES: 'Settle places',
  COUNT_STORAGE: 'Count',
};

function isOver(job: JobLineFragment): boolean {
  return job.state !== 'WAITING' && job.state !== 'RUNNING';
}

function Job({ job }: { job: JobLineFragment }) {
  const cancel = useChange(CancelJobDocument);
  const share = job.total > 0 ? (job.done / job.total) * 100 : 0;
  return (
    <div className={css.cells}>
      <span role="cell">
        {WORDS[job.kind] ?? job.kind}
        {job.dryRun && ' (dry run)'} <span className={css.dim}>{job.message}</span>
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
  const registries = (page.data?.organization?.orgEntity?.projects?.edges ?? []).flatMap(({ node }) =>
    node ? [node] : [],
  );
  if (registries.length === 0) return null;
  return (
    <Section title={`Registries of ${org}`}>
      <Rows label={`Registries of ${org}`} items={registries} keyOf={(registry) => registry.id} height={54}>
        {(registry) => (
          <div className={css.cells}>
            <span role="cell">{registryName(registry.name)}</span>
            <span role="cell" className={`${css.dim} ${css.wide}`}>
              {registry.storage ? `${formatCount(registry.storage.versions)} links` : 'not counted yet'}
            </span>
            <span role="cell">
              {registry.storage && `${formatBytes(registry.storage.logicalBytes)} linked`}
            </span>
          </div>
        )}
      </Rows>
    </Section>
  );
}

export function ServerStorage() {
  const viewer = useViewer();
  const [watching, setWatching] = useState(false);
  const page = useGql(
    ServerStorageDocument,
    {},
    {
      refetchInterval: (query) =>
        watching || query.state.data?.jobs.some((job) => !isOver(job)) ? 1000 : false,
    },
  );
  const reclaim = useChange(ReclaimStorageDocument);
  const count = useChange(CountStorageDocument);
  const start = { onSuccess: () => setWatching(true) };

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows rows={2} />;
  const all = page.data.storage;
  const jobs = page.data.jobs;
  if (watching && jobs.length > 0 && jobs.every(isOver)) setWatching(false);

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
              onClick={() => count.mutate({}, start)}
            >
              Count now
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={reclaim.isPending}
              onClick={() => reclaim.mutate({ dryRun: true }, start)}
            >
              What could be reclaimed?
            </Button>
            <Button size="xs" variant="default" onClick={() => reclaim.mutate({ dryRun: false }, start)}>
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
