// A team or a person: its projects.
import { Button } from '@mantine/core';
import { Link, Navigate, useParams } from '@tanstack/react-router';

import { Chip } from '../components/Chips';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGqlPages } from '../graphql/client';
import { TeamProjectsDocument } from '../graphql/generated';
import { formatBytes, plural } from '../lib/format';
import { useLive } from '../lib/live';
import { logSnippet } from '../lib/snippets';
import { useViewer } from '../lib/viewer';
import { DeletedProjects } from './Deleted';
import css from './form.module.css';

export default function EntityPage() {
  const { entity: name = '' }: { entity?: string } = useParams({ strict: false });
  const viewer = useViewer();
  const list = useGqlPages(TeamProjectsDocument, { entity: name }, (d) => d.models);
  useLive(list.data?.pages[0]?.entity?.id);

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const entity = list.data.pages[0]?.entity;
  if (!entity) return <NotFound what={`'${name}'`} />;
  if (entity.entityType === 'organization' && entity.organization)
    return <Navigate to="/orgs/$org" params={{ org: entity.organization.name }} replace />;
  if (entity.entityType === 'organization') return <NotFound what={`'${name}'`} />;
  const mine = entity.isTeam ? entity.viewerRole !== null : name === viewer.username;
  const seen = mine || viewer.admin === true;
  const mayLog = mine && entity.viewerRole !== 'viewer';
  const projects = list.data.pages
    .flatMap((page) => page.models?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));

  return (
    <>
      <PageHead
        title={name}
        crumbs={
          entity.organization
            ? [
                {
                  label: entity.organization.name,
                  link: { to: '/orgs/$org', params: { org: entity.organization.name } },
                },
              ]
            : []
        }
        beside={
          <>
            <Chip kind="type">{entity.isTeam ? 'Team' : 'Personal'}</Chip>
            {seen && <Chip kind="type">{formatBytes(entity.storageBytes)}</Chip>}
          </>
        }
        actions={
          entity.isTeam &&
          entity.organization && (
            <Button
              component={Link}
              {...({ to: '/teams/$team/settings', params: { team: name } } as object)}
              variant="default"
              leftSection={<Icon name="gear" />}
            >
              Team Settings
            </Button>
          )
        }
      />
      <Section title="Projects">
        {!seen ? (
          <Empty icon="lock" title="You may not see its projects">
            <p>
              {entity.isTeam
                ? 'They are for members of the team. Admins of the team, and of the organization, add people.'
                : `They are for ${name} alone.`}
            </p>
          </Empty>
        ) : projects.length === 0 ? (
          <Empty icon="run" title="No project yet">
            {mayLog && (
              <>
                <p>Logging to a project makes it:</p>
                <Code text={logSnippet(name, '<project>')} />
              </>
            )}
          </Empty>
        ) : (
          <Rows
            label="Projects"
            items={projects}
            keyOf={(project) => project.id}
            height={54}
            hasMore={list.hasNextPage}
            loadMore={() => void (list.isFetching || list.fetchNextPage())}
          >
            {(project) => (
              <div className={css.cells}>
                <span role="cell" className={css.who}>
                  <Icon name="folder" />
                  <Link to="/$entity/$project" params={{ entity: name, project: project.name }} data-row>
                    {project.name}
                  </Link>
                </span>
                <span role="cell" className={`${css.dim} ${css.wide}`}>
                  {plural(project.runCount, 'run')} · made <Age at={project.createdAt} />
                </span>
                <span role="cell">
                  <Link to="/$entity/$project/artifacts" params={{ entity: name, project: project.name }}>
                    Artifacts
                  </Link>
                </span>
              </div>
            )}
          </Rows>
        )}
      </Section>
      <DeletedProjects title="Deleted projects, and can be restored" items={entity.deletedProjects} />
    </>
  );
}
