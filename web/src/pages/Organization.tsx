// The organization: its people with their roles, its teams, and what members may do in registries.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Icon } from '../components/Icon';
import { Card, PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import {
  CreateTeamDocument,
  OrganizationPeopleDocument,
  SetDefaultRegistryRoleDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { plural } from '../lib/format';
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

export default function Organization() {
  const { org = '' }: { org?: string } = useParams({ strict: false });
  const viewer = useViewer();
  const page = useGql(OrganizationPeopleDocument, { organization: org });
  const setDefault = useChange(SetDefaultRegistryRoleDocument);
  const [creating, setCreating] = useState(false);

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
      <Section title="People">
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
              <span role="cell">{roleLabel(member.role ?? '')}</span>
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
      <Modal opened={creating} onClose={() => setCreating(false)} title="Create team">
        <NewTeam close={() => setCreating(false)} />
      </Modal>
    </>
  );
}
