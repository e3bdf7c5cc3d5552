// The server, for its administrators: people and their keys, and the audit log as a file.
import { Button, Modal, Switch, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import { CreateUserDocument, UsersDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { knownSession } from '../lib/session';
import { useViewer } from '../lib/viewer';
import css from './form.module.css';
import { ServerStorage } from './ServerStorage';

function AddUser({ close }: { close: () => void }) {
  const create = useChange(CreateUserDocument, { quiet: true });
  const [email, setEmail] = useState('');
  const [admin, setAdmin] = useState(false);
  const user = create.data?.createUser?.user;
  const key = user?.apiKeys?.edges[0]?.node?.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ input: { email: email.trim(), admin } });
  };
  if (user)
    return (
      <div className={css.form}>
        <p className={css.hint}>
          {user.username} is there. So that they can sign in, set a password on the server:
        </p>
        <Code text={`vitrined user passwd ${user.username ?? ''}`} />
        {key && (
          <>
            <p className={css.hint}>Their API key, shown this once:</p>
            <Code text={key} label="Copy API key" />
          </>
        )}
        <div className={css.buttons}>
          <Button onClick={close}>Done</Button>
        </div>
      </div>
    );
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="E-mail address"
        type="email"
        data-autofocus
        value={email}
        error={create.error?.message}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setEmail(event.currentTarget.value);
          create.reset();
        }}
      />
      <Switch
        label="Administrator of this server"
        checked={admin}
        onChange={(event) => setAdmin(event.currentTarget.checked)}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={email.trim() === ''} loading={create.isPending}>
          Add user
        </Button>
      </div>
    </form>
  );
}

export default function Admin() {
  const viewer = useViewer();
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 200);
  const page = useGql(
    UsersDocument,
    { query: query || null },
    { enabled: viewer.admin === true && query !== '' },
  );
  const [adding, setAdding] = useState(false);

  if (!viewer.admin)
    return (
      <Empty icon="lock" title="For administrators">
        <p>This page is for administrators of the server.</p>
      </Empty>
    );
  const users = page.data?.users?.edges.flatMap(({ node }) => (node ? [node] : [])) ?? [];
  return (
    <>
      <PageHead
        title="This server"
        beside={<Chip kind="type">Vitrine {knownSession()?.version}</Chip>}
        actions={
          <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
            Add user
          </Button>
        }
      />
      <Section
        title="People"
        beside={
          <TextInput
            size="xs"
            aria-label="Find a person"
            placeholder="Find a person"
            leftSection={<Icon name="search" size={13} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        }
      >
        {query === '' ? (
          <p className={css.hint}>Type a part of a name or e-mail address.</p>
        ) : page.isError ? (
          <Problem error={page.error} retry={() => void page.refetch()} />
        ) : page.isPending ? (
          <LoadingRows />
        ) : users.length === 0 ? (
          <p className={css.hint}>Nobody is called that.</p>
        ) : (
          <Rows label="People" items={users} keyOf={(user) => user.id} height={54}>
            {(user) => (
              <div className={css.cells}>
                <span role="cell" className={css.who}>
                  <Icon name="user" />
                  <span>
                    {user.username} <span className={css.dim}>{user.email}</span>
                  </span>
                </span>
                <span role="cell" className={`${css.dim} ${css.wide}`}>
                  {user.name === user.username ? '' : user.name}
                </span>
                <span role="cell">{user.admin ? 'Administrator' : ''}</span>
              </div>
            )}
          </Rows>
        )}
      </Section>
      <ServerStorage />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add user">
        <AddUser close={() => setAdding(false)} />
      </Modal>
    </>
  );
}
