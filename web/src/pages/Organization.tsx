// The organization: its teams, its people and service accounts with their roles, what members may do in
// registries, and registries that were deleted. Everybody in it sees the page; its admins change things.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Icon } from '../components/Icon';
import { Card, PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import {
  CreateTeamDocument,
  OrganizationPageDocument,
  RemoveOrganizationMemberDocument,
  SetDefaultRegistryRoleDocument,
  SetOrganizationRoleDocument,
  type OrganizationPageQuery,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { plural } from '../lib/format';
import { useLive } from '../lib/live';
import { roleLabel } from '../lib/roles';
import { useViewer } from '../lib/viewer';
import { DeletedProjects } from './Deleted';
import css from './form.module.css';
import { AddPerson, AddService, FindPerson, PeopleList, useFilter } from './People';

type Team = NonNullable<OrganizationPageQuery['organization']>['teams'][number];

function NewTeam({ org, close }: { org: string; close: () => void }) {
  const viewer = useViewer();
  const create = useChange(CreateTeamDocument, { quiet: true });
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { input: { teamName: name.trim(), teamAdminUserName: viewer.username, organizationName: org } },
      { onSuccess: close },
    );
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Code names it as entity."
        data-autofocus
        value={name}
        error={create.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setName(event.currentTarget.value);
          create.reset();
        }}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={name.trim() === ''} loading={create.isPending}>
          Create team
        </Button>
      </div>
    </form>
  );
}

function Teams({ teams }: { teams: Team[] }) {
  if (teams.length === 0)
    return (
      <Card>
        <p className={css.hint}>
          No team yet. Versions that are linked to a registry are logged to a team: make one first.
        </p>
      </Card>
    );
  return (
    <Rows label="Teams" items={teams} keyOf={(team) => team.id} height={54}>
      {(team) => (
        <div className={css.cells}>
          <span role="cell" className={css.who}>
            <Icon name="users" />
            <Link to="/$entity" params={{ entity: team.name }} data-row>
              {team.name}
            </Link>
          </span>
          <span role="cell" className={`${css.dim} ${css.wide}`}>
            {team.people?.pageInfo.hasNextPage
              ? 'more than 100 members'
              : plural(team.people?.members.length ?? 0, 'member')}
            {team.viewerRole ? `, you are ${roleLabel(team.viewerRole)}` : ''}
          </span>
          <span role="cell">
            <Link to="/teams/$team/settings" params={{ team: team.name }}>
              Settings
            </Link>
          </span>
        </div>
      )}
    </Rows>
  );
}

function DefaultRole({ org, role, canEdit }: { org: string; role: string; canEdit: boolean }) {
  const setDefault = useChange(SetDefaultRegistryRoleDocument);
  return (
    <Select
      label="Role of members in registries that the whole organization sees"
      description="Where nobody gave another one. Admins of the organization are admins of every registry."
      allowDeselect={false}
      disabled={!canEdit || setDefault.isPending}
      data={['restricted_viewer', 'viewer', 'member'].map((value) => ({ value, label: roleLabel(value) }))}
      value={role}
      onChange={(value) =>
        value && setDefault.mutate({ input: { organizationName: org, defaultRegistryRole: value } })
      }
    />
  );
}

export default function Organization() {
  const { org = '' }: { org?: string } = useParams({ strict: false });
  const viewer = useViewer();
  const find = useFilter();
  const list = useGqlPages(
    OrganizationPageDocument,
    { organization: org, text: find.query },
    (d) => d.organization?.people,
  );
  const add = useChange(SetOrganizationRoleDocument, { quiet: true });
  const setRole = useChange(SetOrganizationRoleDocument);
  const remove = useChange(RemoveOrganizationMemberDocument);
  const [dialog, setDialog] = useState<'team' | 'person' | 'service' | null>(null);
  const close = () => {
    setDialog(null);
    add.reset();
  };
  useLive(list.data?.pages[0]?.organization?.id);

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const organization = list.data.pages[0]?.organization;
  if (!organization) return <NotFound what={`The organization '${org}'`} />;
  const { name, viewerRole, teams, orgEntity } = organization;
  const isAdmin = viewer.admin === true || viewerRole === 'admin';
  const mayFound = isAdmin || viewerRole === 'member';
  const people = list.data.pages.flatMap((page) => page.organization?.people?.members ?? []);

  return (
    <>
      <PageHead
        title={name}
        beside={<Chip kind="type">{orgEntity?.name} in paths</Chip>}
        actions={
          mayFound && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setDialog('team')}>
              Create team
            </Button>
          )
        }
      />
      <Section title="Teams">
        <Teams teams={teams} />
      </Section>
      <Section
        title="People"
        beside={
          <div className={css.inline}>
            <FindPerson find={find} />
            {isAdmin && (
              <>
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<Icon name="key" size={14} />}
                  onClick={() => setDialog('service')}
                >
                  New service account
                </Button>
                <Button
                  size="xs"
                  leftSection={<Icon name="plus" size={14} />}
                  onClick={() => setDialog('person')}
                >
                  Add person
                </Button>
              </>
            )}
          </div>
        }
      >
        {people.length === 0 ? (
          <p className={css.hint}>Nobody is called that.</p>
        ) : (
          <PeopleList
            label="People"
            people={people}
            hasMore={list.hasNextPage}
            loadMore={() => void (list.isFetching || list.fetchNextPage())}
            roleHead="Role in the organization"
            self={viewer.username}
            setRole={
              isAdmin
                ? (username, role) => setRole.mutate({ input: { organizationName: name, username, role } })
                : undefined
            }
            take={
              isAdmin
                ? (person, done) =>
                    remove.mutate(
                      { input: { organizationName: name, username: person.username ?? '' } },
                      { onSettled: done },
                    )
                : undefined
            }
            busy={remove.isPending}
            from={name}
            scope={orgEntity?.name}
            leavingMeans="They leave its teams and registries, too. What they logged stays."
          />
        )}
      </Section>
      <Section title="Registries">
        <Card>
          <DefaultRole org={name} role={organization.defaultRegistryRole.name} canEdit={isAdmin} />
        </Card>
      </Section>
      <DeletedProjects
        title="Deleted registries, and can be restored"
        items={orgEntity?.deletedProjects ?? []}
      />
      <AddPerson
        to={name}
        opened={dialog === 'person'}
        close={close}
        add={(username, role) =>
          add.mutate({ input: { organizationName: name, username, role } }, { onSuccess: close })
        }
        busy={add.isPending}
        problem={add.error?.message}
        reset={add.reset}
      />
      <AddService owner={orgEntity?.name ?? name} opened={dialog === 'service'} close={close} />
      <Modal opened={dialog === 'team'} onClose={close} title="Create team">
        <NewTeam org={name} close={close} />
      </Modal>
    </>
  );
}
