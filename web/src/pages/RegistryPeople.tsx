// Who may do what in a registry: adding people and teams, changing roles, taking access away.
import { ActionIcon, Button, Menu, Modal, Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Card, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { gql, useGql, useGqlPages } from '../graphql/client';
import {
  AddRegistryMembersDocument,
  FindPeopleDocument,
  RegistryPeopleDocument,
  RemoveRegistryMembersDocument,
  SetOwnerDocument,
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

const PAGE = 100;
const CHOICES = ROLES.map((role) => ({ value: role, label: roleLabel(role) }));
/** Those that the server gives a service account. */
const SERVICE_CHOICES = CHOICES.filter(({ value }) => value === 'member' || value === 'admin');

/** Several may be pasted at once; no name has a space in it. */
function split(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** Who is meant by a name, an e-mail address or the name of a team; the sentence of an error when nobody is. */
async function resolve(org: string, names: string[]): Promise<{ userIds: string[]; teamIds: string[] }> {
  const userIds: string[] = [];
  const teamIds: string[] = [];
  for (const name of names) {
    const wanted = name.toLowerCase();
    const { organization } = await gql(FindPeopleDocument, { organization: org, text: name });
    const team = organization?.teams.find((each) => each.name.toLowerCase() === wanted);
    const person = organization?.people?.members.find((each) =>
      [each.username, each.email].some((text) => text?.toLowerCase() === wanted),
    );
    if (person?.id) userIds.push(person.id);
    else if (team) teamIds.push(team.id);
    else throw new Error(`Nobody in ${org} is called '${name}': add the person to the organization first.`);
  }
  return { userIds, teamIds };
}

function AddAccess({ registry, org, close }: { registry: Registry; org: string; close: () => void }) {
  const add = useChange(AddRegistryMembersDocument, { quiet: true });
  const [chosen, setChosen] = useState<string[]>([]);
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 150);
  const [opened, setOpened] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useGql(FindPeopleDocument, { organization: org, text: query || null });
  const organization = found.data?.organization;
  const teams = (organization?.teams ?? [])
    .map((team) => team.name)
    .filter((name) => name.toLowerCase().includes(query.toLowerCase()));
  const people = organization?.people?.members ?? [];
  const mailOf = new Map(people.map((person) => [person.username ?? '', person.email ?? '']));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const names = [...chosen, ...split(text)];
    setBusy(true);
    resolve(org, names)
      .then((ids) => add.mutateAsync({ input: { projectId: registry.id, ...ids } }))
      .then(close, (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TagsInput
        label="Include users and teams"
        description={`User names, e-mail addresses and teams of ${org}. They begin as Restricted Viewers.`}
        placeholder={chosen.length ? undefined : 'User name, e-mail address or team'}
        data-autofocus
        dropdownOpened={opened}
        onDropdownOpen={() => setOpened(true)}
        onDropdownClose={() => setOpened(false)}
        onOptionSubmit={() => setOpened(false)}
        data={[
          { group: 'Teams', items: teams },
          { group: 'People', items: people.flatMap((person) => (person.username ? [person.username] : [])) },
        ]}
        filter={({ options }) => options}
        renderOption={({ option }) => (
          <span>
            {option.value} <span className={css.dim}>{mailOf.get(option.value)}</span>
          </span>
        )}
        value={chosen}
        error={problem}
        errorProps={{ role: 'alert' }}
        searchValue={text}
        onSearchChange={setText}
        onChange={(value) => {
          setChosen(value.flatMap(split));
          setProblem(null);
        }}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={chosen.length === 0 && text.trim() === ''} loading={busy}>
          Add access
        </Button>
      </div>
    </form>
  );
}

export function RegistryPeople({ entity, registry, org, canEdit }: Props) {
  const [search, setSearch] = useState('');
  const [text] = useDebouncedValue(search.trim(), 150);
  const list = useGqlPages(
    RegistryPeopleDocument,
    { entity, project: registry.name, text: text || null, first: PAGE },
    (d) => d.project?.people,
  );
  const remove = useChange(RemoveRegistryMembersDocument);
  const setUserRole = useChange(SetRegistryMemberRoleDocument);
  const setTeamRole = useChange(SetRegistryTeamRoleDocument);
  const setOwner = useChange(SetOwnerDocument);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const project = list.data?.pages[0]?.project;
  const wanted = text.toLowerCase();
  const people: Person[] = [
    ...(project?.teamMembers ?? [])
      .filter(({ team }) => team.name.toLowerCase().includes(wanted))
      .map(({ team, role }) => ({
        id: team.id,
        kind: 'team' as const,
        name: team.name,
        detail: 'Team',
        role: role.name,
        inherited: null,
      })),
    ...(list.data?.pages ?? [])
      .flatMap((page) => page.project?.people?.members ?? [])
      .map((member) => ({
        id: member.id,
        kind: member.accountType === 'SERVICE' ? ('service' as const) : ('user' as const),
        name: member.username ?? member.name ?? '',
        detail: member.accountType === 'SERVICE' ? (member.name ?? '') : (member.email ?? ''),
        role: member.role.name,
        inherited: member.inheritedRole?.name ?? null,
      })),
  ];
  const owner = project?.owner;

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
          {owner && <p className={css.hint}>{owner.username} answers for this registry, as its owner.</p>}
        </Card>
      </Section>
      <Section
        title="Registry members and roles"
        beside={
          (people.length > 0 || search !== '') && (
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
        ) : people.length === 0 ? (
          <p className={css.hint}>{wanted ? 'Nobody is called that.' : 'Nobody was added yet.'}</p>
        ) : (
          <Rows
            label="Registry members and roles"
            items={people}
            keyOf={(person) => person.id}
            height={54}
            hasMore={list.hasNextPage}
            loadMore={() => void (list.isFetching || list.fetchNextPage())}
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
                  <Icon
                    name={person.kind === 'team' ? 'users' : person.kind === 'service' ? 'key' : 'user'}
                  />
                  <span>
                    {person.name} <span className={css.dim}>{person.detail}</span>
                  </span>
                  {person.id === owner?.id && <Chip kind="type">Owner</Chip>}
                </span>
                <span role="cell" className={`${css.dim} ${css.wide}`}>
                  {person.inherited ? roleLabel(person.inherited) : ''}
                </span>
                <span role="cell">
                  {person.inherited && (
                    <span className={`${css.dim} ${css.narrow}`}>
                      {roleLabel(person.inherited)} from elsewhere
                    </span>
                  )}
                  {canEdit ? (
                    <Select
                      size="xs"
                      aria-label={`Registry role of ${person.name}`}
                      allowDeselect={false}
                      data={person.kind === 'service' ? SERVICE_CHOICES : CHOICES}
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
                        {person.kind === 'user' && person.id !== owner?.id && (
                          <Menu.Item
                            leftSection={<Icon name="user" />}
                            onClick={() =>
                              setOwner.mutate({ input: { projectId: registry.id, userId: person.id } })
                            }
                          >
                            Make owner
                          </Menu.Item>
                        )}
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
        <AddAccess registry={registry} org={org} close={() => setAdding(false)} />
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
