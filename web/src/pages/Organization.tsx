// The organization: its people with their roles, its teams, and what members may do in registries.
import { ActionIcon, Button, Modal, Select, TextInput } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Card, PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import {
  CreateTeamDocument,
  OrganizationPeopleDocument,
  RemoveOrganizationMemberDocument,
  SetDefaultRegistryRoleDocument,
  SetOrganizationRoleDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { plural } from '../lib/format';
import { useLive } from '../lib/live';
import { roleLabel } from '../lib/roles';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';

function NewTeam({ close }: { close: () => void }) {
  const viewer = useViewer();
  const create = useChange(CreateTeamDocument, { quiet: true });
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { input: { teamName: name.trim(), teamAdminUserName: viewer.username } },
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

function AddMember({ org, close }: { org: string; close: () => void }) {
  const add = useChange(SetOrganizationRoleDocument, { quiet: true });
  const [who, setWho] = useState('');
  const [role, setRole] = useState('member');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ input: { organizationName: org, username: who.trim(), role } }, { onSuccess: close });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="User name or e-mail address"
        data-autofocus
        value={who}
        error={add.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setWho(event.currentTarget.value);
          add.reset();
        }}
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={['viewer', 'member', 'admin'].map((value) => ({ value, label: roleLabel(value) }))}
        value={role}
        onChange={(value) => setRole(value ?? 'member')}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={who.trim() === ''} loading={add.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}

export default function Organization() {
  const { org = '' }: { org?: string } = useParams({ strict: false });
  const viewer = useViewer();
  const page = useGql(OrganizationPeopleDocument, { organization: org });
  const setDefault = useChange(SetDefaultRegistryRoleDocument);
  const setRole = useChange(SetOrganizationRoleDocument);
  const remove = useChange(RemoveOrganizationMemberDocument);
  const [creating, setCreating] = useState(false);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<string | null>(null);
  useLive(page.data?.organization?.id);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows />;
  const organization = page.data.organization;
  if (!organization) return <NotFound what={`The organization '${org}'`} />;
  const mine = organization.members.find((m) => m.username === viewer.username)?.role;
  const isAdmin = viewer.admin === true || mine === 'admin';

  return (
    <>
      <PageHead
        title={organization.name}
        beside={<Chip kind="type">{organization.orgEntity?.name} in paths</Chip>}
        actions={
          isAdmin && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
              Create team
            </Button>
          )
        }
      />
      <Section title="Teams">
        {organization.teams.length === 0 ? (
          <Card>
            <p className={css.hint}>
              No team yet. Versions that are linked to a registry are logged to a team: make one first.
            </p>
          </Card>
        ) : (
          <Rows label="Teams" items={organization.teams} keyOf={(team) => team.id} height={54}>
            {(team) => (
              <div className={css.cells}>
                <span role="cell" className={css.who}>
                  <Icon name="users" />
                  <Link to="/$entity" params={{ entity: team.name }} data-row>
                    {team.name}
                  </Link>
                </span>
                <span role="cell" className={`${css.dim} ${css.wide}`}>
                  {plural(team.members.length, 'member')}
                </span>
                <span role="cell">
                  <Link to="/teams/$team/settings" params={{ team: team.name }}>
                    Settings
                  </Link>
                </span>
              </div>
            )}
          </Rows>
        )}
      </Section>
      <Section
        title="People"
        beside={
          isAdmin && (
            <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
              Add person
            </Button>
          )
        }
      >
        <Rows
          label="People"
          items={organization.members}
          keyOf={(member) => member.id ?? member.name}
          height={54}
          head={
            <div className={css.cells} style={{ minHeight: 36 }}>
              <span role="columnheader">Name</span>
              <span role="columnheader" className={css.wide}>
                Kind
              </span>
              <span role="columnheader">Role in the organization</span>
            </div>
          }
        >
          {(member) => (
            <div className={css.cells}>
              <span role="cell" className={css.who}>
                <Icon name={member.accountType === 'SERVICE' ? 'key' : 'user'} />
                <span>
                  {member.username ?? member.name} <span className={css.dim}>{member.email}</span>
                </span>
              </span>
              <span role="cell" className={`${css.dim} ${css.wide}`}>
                {member.accountType === 'SERVICE' ? 'Service account' : 'Person'}
              </span>
              <span role="cell">
                {isAdmin && member.username && member.accountType !== 'SERVICE' ? (
                  <Select
                    size="xs"
                    aria-label={`Role of ${member.username}`}
                    allowDeselect={false}
                    data={['viewer', 'member', 'admin'].map((value) => ({ value, label: roleLabel(value) }))}
                    value={member.role ?? null}
                    onChange={(role) =>
                      role &&
                      role !== member.role &&
                      setRole.mutate({ input: { organizationName: org, username: member.username!, role } })
                    }
                  />
                ) : (
                  roleLabel(member.role ?? '')
                )}
              </span>
              <span role="cell">
                {isAdmin && member.username && member.username !== viewer.username && (
                  <ActionIcon
                    aria-label={`Take ${member.username} out`}
                    data-row
                    onClick={() => setLeaving(member.username ?? null)}
                  >
                    <Icon name="trash" />
                  </ActionIcon>
                )}
              </span>
            </div>
          )}
        </Rows>
      </Section>
      <Section title="Registries">
        <Card>
          <Select
            label="Role of members in registries that the whole organization sees"
            description="Where nobody gave another one. Admins of the organization are admins of every registry."
            allowDeselect={false}
            disabled={!isAdmin || setDefault.isPending}
            data={['restricted_viewer', 'viewer', 'member'].map((value) => ({
              value,
              label: roleLabel(value),
            }))}
            value={organization.defaultRegistryRole.name}
            onChange={(role) =>
              role &&
              setDefault.mutate({ input: { organizationName: organization.name, defaultRegistryRole: role } })
            }
          />
        </Card>
      </Section>
      <Modal opened={adding} onClose={() => setAdding(false)} title={`Add to ${organization.name}`}>
        <AddMember org={org} close={() => setAdding(false)} />
      </Modal>
      <Confirm
        opened={leaving !== null}
        close={() => setLeaving(null)}
        title={`Take ${leaving ?? ''} out of ${organization.name}?`}
        action="Take out"
        busy={remove.isPending}
        confirm={() =>
          remove.mutate(
            { input: { organizationName: org, username: leaving ?? '' } },
            { onSettled: () => setLeaving(null) },
          )
        }
      >
        They leave its teams and registries, too. What they logged stays.
      </Confirm>
      <Modal opened={creating} onClose={() => setCreating(false)} title="Create team">
        <NewTeam close={() => setCreating(false)} />
      </Modal>
    </>
  );
}
