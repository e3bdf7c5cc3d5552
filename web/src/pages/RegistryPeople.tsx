// Who may do what in a registry: adding people and teams, changing roles, taking access away.
import { ActionIcon, Button, Menu, Modal, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Card, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import {
  AddRegistryMembersDocument,
  OrganizationPeopleDocument,
  RegistryPeopleDocument,
  RemoveRegistryMembersDocument,
  SetRegistryMemberRoleDocument,
  SetRegistryTeamRoleDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { roleLabel, ROLES } from '../lib/roles';
import css from './form.module.css';
import type { Registry } from './RegistrySettings';

interface Person {
  id: string;
  kind: 'user' | 'team' | 'service';
  name: string;
  detail: string;
  role: string;
  inherited: string | null;
}

interface Props {
  entity: string;
  registry: Registry;
  org: string;
  canEdit: boolean;
}

function AddAccess({
  registry,
  org,
  known,
  close,
}: {
  registry: Registry;
  org: string;
  known: Set<string>;
  close: () => void;
}) {
  const people = useGql(OrganizationPeopleDocument, { organization: org });
  const add = useChange(AddRegistryMembersDocument, { quiet: true });
  const [chosen, setChosen] = useState<string[]>([]);
  const [opened, setOpened] = useState(false);
  const organization = people.data?.organization;
  const data = [
    {
      group: 'Teams',
      items: (organization?.teams ?? [])
        .filter((team) => !known.has(team.id))
        .map((team) => ({ value: `team ${team.id}`, label: team.name })),
    },
    {
      group: 'People',
      items: (organization?.members ?? [])
        .filter((member) => member.id && !known.has(member.id))
        .map((member) => ({
          value: `user ${member.id}`,
          label: member.email
            ? `${member.username ?? member.name} (${member.email})`
            : (member.username ?? member.name),
        })),
    },
  ];
  const ids = (kind: string) =>
    chosen.filter((each) => each.startsWith(`${kind} `)).map((each) => each.slice(kind.length + 1));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { input: { projectId: registry.id, userIds: ids('user'), teamIds: ids('team') } },
      { onSuccess: close },
    );
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <MultiSelect
        label="Include users and teams"
        description={`People and teams of ${org}. They begin as Restricted Viewers.`}
        placeholder={chosen.length ? undefined : 'User name, e-mail address or team'}
        searchable
        data-autofocus
        dropdownOpened={opened}
        onDropdownOpen={() => setOpened(true)}
        onDropdownClose={() => setOpened(false)}
        onOptionSubmit={() => setOpened(false)}
        data={data}
        value={chosen}
        error={add.error?.message}
        nothingFoundMessage="Nobody else of this organization is called that"
        onChange={(value) => {
          setChosen(value);
          add.reset();
        }}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={chosen.length === 0} loading={add.isPending}>
          Add access
        </Button>
      </div>
    </form>
  );
}

export function RegistryPeople({ entity, registry, org, canEdit }: Props) {
  const list = useGql(RegistryPeopleDocument, { entity, project: registry.name });
  const remove = useChange(RemoveRegistryMembersDocument);
  const setUserRole = useChange(SetRegistryMemberRoleDocument);
  const setTeamRole = useChange(SetRegistryTeamRoleDocument);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const [search, setSearch] = useState('');
  const project = list.data?.project;
  const people: Person[] = [
    ...(project?.teamMembers ?? []).map(({ team, role }) => ({
      id: team.id,
      kind: 'team' as const,
      name: team.name,
      detail: 'Team',
      role: role.name,
      inherited: null,
    })),
    ...(project?.members ?? []).map((member) => ({
      id: member.id,
      kind: 'user' as const,
      name: member.username ?? member.name ?? '',
      detail: member.email ?? '',
      role: member.role.name,
      inherited: member.inheritedRole?.name ?? null,
    })),
  ];
  const wanted = search.trim().toLowerCase();
  const shown = people.filter((p) => `${p.name} ${p.detail}`.toLowerCase().includes(wanted));

  const change = (person: Person, role: string) =>
    person.kind === 'team'
      ? setTeamRole.mutate({ input: { projectId: registry.id, teamId: person.id, teamProjectRole: role } })
      : setUserRole.mutate({ input: { projectId: registry.id, userId: person.id, userProjectRole: role } });
  const takeAway = (person: Person) =>
    remove.mutate(
      {
        input: {
          projectId: registry.id,
          userIds: person.kind === 'team' ? [] : [person.id],
          teamIds: person.kind === 'team' ? [person.id] : [],
        },
      },
      { onSettled: () => setLeaving(null) },
    );

  return (
    <>
      <Section
        title="Registry access"
        beside={
          canEdit && (
            <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
              Add access
            </Button>
          )
        }
      >
        <Card>
          <p className={css.hint}>
            {registry.access === 'RESTRICTED'
              ? 'Only those listed below have access.'
              : `Everybody in ${org} has access; a role below counts where it is higher.`}
          </p>
        </Card>
      </Section>
      <Section
        title="Registry members and roles"
        beside={
          people.length > 0 && (
            <TextInput
              size="xs"
              aria-label="Member"
              placeholder="Member"
              leftSection={<Icon name="search" size={13} />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          )
        }
      >
        {list.isError ? (
          <Problem error={list.error} />
        ) : list.isPending ? (
          <LoadingRows rows={2} />
        ) : shown.length === 0 ? (
          <p className={css.hint}>{wanted ? 'Nobody is called that.' : 'Nobody was added yet.'}</p>
        ) : (
          <Rows
            label="Registry members and roles"
            items={shown}
            keyOf={(person) => person.id}
            height={54}
            head={
              <div className={css.cells} style={{ minHeight: 36 }}>
                <span role="columnheader">Member</span>
                <span role="columnheader" className={css.wide}>
                  From elsewhere
                </span>
                <span role="columnheader">Registry role</span>
                <span role="columnheader" aria-label="Actions" />
              </div>
            }
          >
            {(person) => (
              <div className={css.cells}>
                <span role="cell" className={css.who}>
                  <Icon name={person.kind === 'team' ? 'users' : 'user'} />
                  <span>
                    {person.name} <span className={css.dim}>{person.detail}</span>
                  </span>
                </span>
                <span role="cell" className={`${css.dim} ${css.wide}`}>
                  {person.inherited ? roleLabel(person.inherited) : ''}
                </span>
                <span role="cell">
                  {canEdit ? (
                    <Select
                      size="xs"
                      aria-label={`Registry role of ${person.name}`}
                      allowDeselect={false}
                      data={ROLES.map((role) => ({ value: role, label: roleLabel(role) }))}
                      value={person.role}
                      onChange={(role) => role && role !== person.role && change(person, role)}
                    />
                  ) : (
                    roleLabel(person.role)
                  )}
                </span>
                <span role="cell">
                  {canEdit && (
                    <Menu>
                      <Menu.Target>
                        <ActionIcon aria-label={`More for ${person.name}`} data-row>
                          <Icon name="more" />
                        </ActionIcon>
                      </Menu.Target>
                      <Menu.Dropdown>
                        <Menu.Item
                          color="red"
                          leftSection={<Icon name="trash" />}
                          onClick={() => setLeaving(person)}
                        >
                          Delete
                        </Menu.Item>
                      </Menu.Dropdown>
                    </Menu>
                  )}
                </span>
              </div>
            )}
          </Rows>
        )}
      </Section>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add access">
        <AddAccess
          registry={registry}
          org={org}
          known={new Set(people.map((p) => p.id))}
          close={() => setAdding(false)}
        />
      </Modal>
      <Confirm
        opened={leaving !== null}
        close={() => setLeaving(null)}
        title={`Take ${leaving?.name ?? ''} out?`}
        action="Delete"
        busy={remove.isPending}
        confirm={() => leaving && takeAway(leaving)}
      >
        What came through this entry ends at once.
      </Confirm>
    </>
  );
}
