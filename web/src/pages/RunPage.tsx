// A run: overview, config, summary, and the artifacts that went in and came out.
import { Tabs } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';

import { AliasChips, Chip, namedAliases } from '../components/Chips';
import { CopyButton } from '../components/Copy';
import { JsonTree } from '../components/JsonTree';
import { Card, Fact, Facts, PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGql } from '../graphql/client';
import { RunPageDocument, type RunArtifactFragment } from '../graphql/generated';
import { formatBytes, formatTime } from '../lib/format';
import { useLive } from '../lib/live';
import { placeOf, versionLink } from '../lib/links';
import { configValues } from '../lib/run';
import { LineageTab } from '../routes/lazy';
import css from './UsageTab.module.css';
import { RunState } from './RunState';

/** As they are in the address; the first one is not. */
const TABS = ['overview', 'config', 'summary', 'artifacts', 'lineage'];

interface ArtifactsProps {
  label: string;
  artifacts: RunArtifactFragment[];
  total: number;
}

function ArtifactRows({ label, artifacts, total }: ArtifactsProps) {
  if (artifacts.length === 0) return <p className={css.hint}>None.</p>;
  return (
    <>
      <ArtifactTable label={label} artifacts={artifacts} />
      {total > artifacts.length && (
        <p className={css.hint}>
          The first {artifacts.length} of {total}; the others are in the lineage.
        </p>
      )}
    </>
  );
}

function ArtifactTable({ label, artifacts }: Omit<ArtifactsProps, 'total'>) {
  return (
    <Rows label={label} items={artifacts} keyOf={(artifact) => artifact.id} height={46}>
      {(artifact) => {
        const home = artifact.artifactSequence;
        const linked = artifact.artifactMemberships.edges.flatMap(({ node }) => (node ? [node] : []));
        // Where the home may not be seen, a registry that holds it may.
        const place = home.project
          ? {
              entity: home.project.entityName,
              project: home.project.name,
              type: artifact.artifactType.name,
              collection: home.name,
            }
          : (linked.map(placeOf).find((p) => p !== null) ?? null);
        const version = `v${(home.project ? artifact.versionIndex : linked[0]?.versionIndex) ?? 0}`;
        return (
          <div className={css.row}>
            <span role="cell">
              {place ? (
                <Link {...versionLink(place, version)} data-row>
                  {place.collection}:{version}
                </Link>
              ) : (
                'One that you may not see'
              )}
            </span>
            <span role="cell">
              <AliasChips
                aliases={namedAliases(artifact.aliases?.filter((a) => a.artifactCollection?.id === home.id))}
                locked={[]}
              />
            </span>
            <span role="cell">
              <Chip kind="type">{artifact.artifactType.name}</Chip>
            </span>
            <span role="cell">{formatBytes(artifact.size)}</span>
            <span role="cell">
              <Age at={artifact.createdAt} />
            </span>
          </div>
        );
      }}
    </Rows>
  );
}

function Values({
  text,
  label,
  config,
}: {
  text: string | null | undefined;
  label: string;
  config?: boolean;
}) {
  const values = configValues(text, config === true);
  if (Object.keys(values).length === 0) return <Empty icon="tag" title={`No ${label}`} />;
  return <JsonTree value={values} label={label} />;
}

export default function RunPage() {
  const params: { entity?: string; project?: string; run?: string } = useParams({ strict: false });
  const { entity = '', project = '', run: name = '' } = params;
  const page = useGql(RunPageDocument, { entity, project, run: name });
  const { tab }: { tab?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  useLive(page.data?.project?.run?.id);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows />;
  const run = page.data.project?.run;
  if (!run) return <NotFound what={`The run '${name}'`} />;
  const title = run.displayName || run.name;
  const nodes = (edges: { node?: RunArtifactFragment | null }[]) =>
    edges.flatMap(({ node }) => (node ? [node] : []));

  return (
    <>
      <PageHead
        title={title}
        crumbs={[
          { label: entity, link: { to: '/$entity', params: { entity } } },
          { label: project, link: { to: '/$entity/$project', params: { entity, project } } },
          { label: 'Runs', link: { to: '/$entity/$project', params: { entity, project } } },
        ]}
        beside={<RunState state={run.state} />}
      />
      <Tabs
        value={TABS.includes(tab ?? '') ? tab! : 'overview'}
        onChange={(next) =>
          void navigate({
            to: '/$entity/$project/runs/$run',
            params: { entity, project, run: name },
            search: next === 'overview' ? {} : { tab: next ?? undefined },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb={20}>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="config">Config</Tabs.Tab>
          <Tabs.Tab value="summary">Summary</Tabs.Tab>
          <Tabs.Tab value="artifacts">Artifacts</Tabs.Tab>
          <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Card>
            <Facts>
              <Fact name="Path">
                <span className="v-mono">
                  {entity}/{project}/{run.name}
                </span>
                <CopyButton text={`${entity}/${project}/${run.name}`} label="Copy path" />
              </Fact>
              <Fact name="Created by">{run.user?.username}</Fact>
              <Fact name="Started">{formatTime(run.createdAt)}</Fact>
              {run.heartbeatAt && <Fact name="Last heard of">{formatTime(run.heartbeatAt)}</Fact>}
              {run.jobType && <Fact name="Job type">{run.jobType}</Fact>}
              {run.group && <Fact name="Group">{run.group}</Fact>}
              {run.tags && run.tags.length > 0 && <Fact name="Tags">{run.tags.join(', ')}</Fact>}
              {run.notes && <Fact name="Notes">{run.notes}</Fact>}
              {run.commit && <Fact name="Commit">{run.commit}</Fact>}
              {run.runInfo?.program && <Fact name="Program">{run.runInfo.program}</Fact>}
              {run.runInfo?.python && <Fact name="Python">{run.runInfo.python}</Fact>}
              {run.runInfo?.os && <Fact name="System">{run.runInfo.os}</Fact>}
            </Facts>
          </Card>
        </Tabs.Panel>
        <Tabs.Panel value="config">
          <Values text={run.config} label="config" config />
        </Tabs.Panel>
        <Tabs.Panel value="summary">
          <Values text={run.summaryMetrics} label="summary" />
        </Tabs.Panel>
        <Tabs.Panel value="artifacts">
          <Section title="Inputs">
            <ArtifactRows
              label="Inputs"
              artifacts={nodes(run.inputArtifacts.edges)}
              total={run.inputArtifacts.totalCount}
            />
          </Section>
          <Section title="Outputs">
            <ArtifactRows
              label="Outputs"
              artifacts={nodes(run.outputArtifacts.edges)}
              total={run.outputArtifacts.totalCount}
            />
          </Section>
        </Tabs.Panel>
        <Tabs.Panel value="lineage">
          <Suspense fallback={<LoadingRows />}>
            <LineageTab id={run.id} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
