// Team Settings: its people and service accounts, and how long its versions live. Everybody in the
// organization sees the page; admins of the team and of the organization change things.
import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Icon } from '../components/Icon';
import { PageHead, Section } from '../components/Page';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { RemoveFromTeamDocument, SetTeamRoleDocument, TeamPageDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { useLive } from '../lib/live';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';
import { AddPerson, AddService, FindPerson, PeopleList, useFilter } from './People';
import { TeamTtl } from './TeamTtl';

export default function TeamSettings() {
  const params: { team?: string; entity?: string } = useParams({ strict: false });
  const team = params.team ?? params.entity ?? '';
  const viewer = useViewer();
  const find = useFilter();
  const list = useGqlPages(TeamPageDocument, { team, text: find.query }, (d) => d.entity?.people);
  const add = useChange(SetTeamRoleDocument, { quiet: true });
  const setRole = useChange(SetTeamRoleDocument);
  const remove = useChange(RemoveFromTeamDocument);
  const [dialog, setDialog] = useState<'person' | 'service' | null>(null);
  const close = () => {
    setDialog(null);
    add.reset();
  };
  useLive(list.data?.pages[0]?.entity?.id);

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const entity = list.data.pages[0]?.entity;
  // Of a team of another organization only the name is known.
  if (!entity?.isTeam || !entity.organization) return <NotFound what={`The team '${team}'`} />;
  const isAdmin =
    viewer.admin === true || entity.viewerRole === 'admin' || entity.organization.viewerRole === 'admin';
  const people = list.data.pages.flatMap((page) => page.entity?.people?.members ?? []);

  return (
    <>
      <PageHead
        title={`Settings of ${team}`}
        heading="Team Settings"
        crumbs={[
          {
            label: entity.organization.name,
            link: { to: '/orgs/$org', params: { org: entity.organization.name } },
          },
          { label: team, link: { to: '/$entity', params: { entity: team } } },
        ]}
        actions={
          isAdmin && (
            <>
              <Button
                variant="default"
                leftSection={<Icon name="key" />}
                onClick={() => setDialog('service')}
              >
                New service account
              </Button>
              <Button leftSection={<Icon name="plus" />} onClick={() => setDialog('person')}>
                Add person
              </Button>
            </>
          )
        }
      />
      <Section title="Members" beside={<FindPerson find={find} />}>
        {people.length === 0 ? (
          <p className={css.hint}>{find.query ? 'Nobody is called that.' : 'Nobody is in this team.'}</p>
        ) : (
          <PeopleList
            label="Members"
            people={people}
            hasMore={list.hasNextPage}
            loadMore={() => void (list.isFetching || list.fetchNextPage())}
            roleHead="Role in the team"
            self={viewer.username}
            setRole={
              isAdmin
                ? (username, role) => setRole.mutate({ input: { entityName: team, username, role } })
                : undefined
            }
            take={
              isAdmin
                ? (person, done) =>
                    remove.mutate({ input: { id: person.id, entityName: team } }, { onSettled: done })
                : undefined
            }
            busy={remove.isPending}
            from={team}
            scope={team}
            leavingMeans="What they logged stays. What they could see through the team ends at once."
          />
        )}
      </Section>
      <TeamTtl team={team} rule={entity.artifactTtlRule} canEdit={isAdmin} />
      <AddPerson
        to={team}
        opened={dialog === 'person'}
        close={close}
        add={(username, role) =>
          add.mutate({ input: { entityName: team, username, role } }, { onSuccess: close })
        }
        busy={add.isPending}
        problem={add.error?.message}
        reset={add.reset}
      />
      <AddService owner={team} opened={dialog === 'service'} close={close} />
    </>
  );
}
