// People as they are listed in an organization, a team and a server, and what is done to them in the
// same way everywhere: found by a part of their name, added by name or e-mail address, given a role,
// taken out; and service accounts made, with their keys.
import { ActionIcon, Button, Menu, Modal, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type FormEvent, type ReactNode } from 'react';

import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Rows } from '../components/Rows';
import {
  CreateApiKeyDocument,
  CreateServiceAccountDocument,
  type MemberLineFragment,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { roleLabel } from '../lib/roles';
import css from './form.module.css';
import { KeyOnce, KeysDialog } from './Keys';

const GROUP_ROLES = ['viewer', 'member', 'admin'].map((value) => ({ value, label: roleLabel(value) }));

/** What is typed, and a moment later what is asked for. */
export function useFilter() {
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 200);
  return { text, setText, query: query || null };
}

export function FindPerson({ find }: { find: ReturnType<typeof useFilter> }) {
  return (
    <TextInput
      size="xs"
      aria-label="Find a person"
      placeholder="Find a person"
      leftSection={<Icon name="search" size={13} />}
      value={find.text}
      onChange={(event) => find.setText(event.currentTarget.value)}
    />
  );
}

export function Who({ person }: { person: MemberLineFragment }) {
  const username = person.username ?? person.name;
  const more = [person.name === username ? null : person.name, person.email].filter(Boolean).join(' · ');
  return (
    <>
      <Icon name={person.accountType === 'SERVICE' ? 'key' : 'user'} />
      <span>
        {username} <span className={css.dim}>{more}</span>
      </span>
    </>
  );
}

interface ListProps {
  label: string;
  people: MemberLineFragment[];
  hasMore: boolean;
  loadMore: () => void;
  roleHead: string;
  /** Who looks: nobody takes themselves out by mistake. */
  self: string | null | undefined;
  /** Without it, roles are only shown. */
  setRole?: (username: string, role: string) => void;
  take?: (person: MemberLineFragment, done: () => void) => void;
  busy?: boolean;
  /** Of the group: "Northwind Labs", "vision". */
  from: string;
  /** What a service account made for it has as its scope. */
  scope?: string;
  leavingMeans: ReactNode;
}

export function PeopleList(props: ListProps) {
  const { people, self, setRole, take, scope } = props;
  const [leaving, setLeaving] = useState<MemberLineFragment | null>(null);
  const [keysOf, setKeysOf] = useState<string | null>(null);
  const nameOf = (person: MemberLineFragment) => person.username ?? person.name;
  const isService = (person: MemberLineFragment) => person.accountType === 'SERVICE';
  const ends = leaving !== null && isService(leaving) && leaving.scope === scope;

  return (
    <>
      <Rows
        label={props.label}
        items={people}
        keyOf={(person) => person.id ?? person.name}
        height={54}
        hasMore={props.hasMore}
        loadMore={props.loadMore}
        head={
          <div className={css.cells} style={{ minHeight: 36 }}>
            <span role="columnheader">Name</span>
            <span role="columnheader" className={css.wide}>
              Kind
            </span>
            <span role="columnheader">{props.roleHead}</span>
            <span role="columnheader" aria-label="Actions" />
          </div>
        }
      >
        {(person) => (
          <div className={css.cells}>
            <span role="cell" className={css.who}>
              <Who person={person} />
            </span>
            <span role="cell" className={`${css.dim} ${css.wide}`}>
              {isService(person) ? `Service account${person.scope ? ` of ${person.scope}` : ''}` : 'Person'}
            </span>
            <span role="cell">
              {setRole && person.username && !isService(person) ? (
                <Select
                  size="xs"
                  aria-label={`Role of ${person.username}`}
                  allowDeselect={false}
                  data={GROUP_ROLES}
                  value={person.role ?? null}
                  onChange={(role) => role && role !== person.role && setRole(person.username!, role)}
                />
              ) : (
                roleLabel(person.role ?? '')
              )}
            </span>
            <span role="cell">
              {take && person.username && person.username !== self && (
                <Menu>
                  <Menu.Target>
                    <ActionIcon aria-label={`More for ${nameOf(person)}`} data-row>
                      <Icon name="more" />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    {isService(person) && person.scope === scope && (
                      <Menu.Item
                        leftSection={<Icon name="key" />}
                        onClick={() => setKeysOf(person.username ?? null)}
                      >
                        API keys
                      </Menu.Item>
                    )}
                    <Menu.Item
                      color="red"
                      leftSection={<Icon name="trash" />}
                      onClick={() => setLeaving(person)}
                    >
                      {isService(person) && person.scope === scope ? 'Delete service account' : 'Take out'}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </span>
          </div>
        )}
      </Rows>
      <KeysDialog username={keysOf} close={() => setKeysOf(null)} />
      <Confirm
        opened={leaving !== null}
        close={() => setLeaving(null)}
        title={
          ends
            ? `Delete the service account ${leaving.name}?`
            : `Take ${leaving ? nameOf(leaving) : ''} out of ${props.from}?`
        }
        action={ends ? 'Delete' : 'Take out'}
        busy={props.busy}
        confirm={() => leaving && take?.(leaving, () => setLeaving(null))}
      >
        {ends ? 'Its API keys end at once. What it logged stays.' : props.leavingMeans}
      </Confirm>
    </>
  );
}

interface AddProps {
  to: string;
  opened: boolean;
  close: () => void;
  add: (who: string, role: string) => void;
  busy: boolean;
  problem: string | undefined;
  reset: () => void;
}

function AddForm({ close, add, busy, problem, reset }: AddProps) {
  const [who, setWho] = useState('');
  const [role, setRole] = useState('member');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add(who.trim(), role);
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="User name or e-mail address"
        data-autofocus
        value={who}
        error={problem}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setWho(event.currentTarget.value);
          reset();
        }}
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={GROUP_ROLES}
        value={role}
        onChange={(value) => setRole(value ?? 'member')}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={who.trim() === ''} loading={busy}>
          Add
        </Button>
      </div>
    </form>
  );
}

/** Adds somebody who has an account on this server. */
export function AddPerson(props: AddProps) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={`Add to ${props.to}`}>
      <AddForm {...props} />
    </Modal>
  );
}

function ServiceForm({ owner, close }: { owner: string; close: () => void }) {
  const create = useChange(CreateServiceAccountDocument, { quiet: true });
  const key = useChange(CreateApiKeyDocument, { quiet: true });
  const [description, setDescription] = useState('');
  const secret = key.data?.generateApiKey?.apiKey?.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { input: { entityName: owner, description: description.trim() } },
      {
        onSuccess: ({ createServiceAccount: made }) =>
          key.mutate({ input: { username: made?.user?.username, description: 'first key' } }),
      },
    );
  };
  if (secret)
    return (
      <div className={css.form}>
        <KeyOnce secret={secret} />
        <div className={css.buttons}>
          <Button onClick={close}>Done</Button>
        </div>
      </div>
    );
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="What is it for?"
        placeholder="nightly training"
        data-autofocus
        value={description}
        error={create.error?.message ?? key.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setDescription(event.currentTarget.value);
          create.reset();
        }}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          type="submit"
          disabled={description.trim() === ''}
          loading={create.isPending || key.isPending}
        >
          Create
        </Button>
      </div>
    </form>
  );
}

/** Makes a service account of a team or an organization, and its first key. */
export function AddService({ owner, opened, close }: { owner: string; opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="New service account">
      <ServiceForm owner={owner} close={close} />
    </Modal>
  );
}
