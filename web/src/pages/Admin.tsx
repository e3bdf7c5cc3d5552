// The server, for its administrators: everybody on it, what is stored, and the way to the audit log.
import { Button, Modal, Switch, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Chip } from '../components/Chips';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { PageHead, Section } from '../components/Page';
import { LoadingRows, Problem } from '../components/states';
import { useGqlPages } from '../graphql/client';
import { CreateUserDocument, ServerPeopleDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { knownSession } from '../lib/session';
import { useViewer } from '../lib/viewer';
import { AdminsOnly } from './AdminsOnly';
import css from './form.module.css';
import { FindPerson, PeopleList, useFilter } from './People';
import { ServerStorage } from './ServerStorage';

function AddUser({ close }: { close: () => void }) {
  const create = useChange(CreateUserDocument, { quiet: true });
  const [email, setEmail] = useState('');
  const [admin, setAdmin] = useState(false);
  const user = create.data?.createUser?.user;
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
        <p className={css.hint}>Then add them to an organization or a team.</p>
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

function Everybody() {
  const find = useFilter();
  const list = useGqlPages(ServerPeopleDocument, { text: find.query }, (d) => d.people);
  const people = list.data?.pages.flatMap((page) => page.people.members) ?? [];
  return (
    <Section title="People" beside={<FindPerson find={find} />}>
      {list.isError ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingRows />
      ) : people.length === 0 ? (
        <p className={css.hint}>Nobody is called that.</p>
      ) : (
        <PeopleList
          label="People"
          people={people}
          hasMore={list.hasNextPage}
          loadMore={() => void (list.isFetching || list.fetchNextPage())}
          roleHead="Role on this server"
          self={null}
          from="this server"
          leavingMeans={null}
        />
      )}
    </Section>
  );
}

export default function Admin() {
  const viewer = useViewer();
  const [adding, setAdding] = useState(false);

  if (!viewer.admin) return <AdminsOnly />;
  return (
    <>
      <PageHead
        title="This server"
        beside={<Chip kind="type">Vitrine {knownSession()?.version}</Chip>}
        actions={
          <>
            <Button
              component={Link}
              {...({ to: '/admin/audit' } as object)}
              variant="default"
              leftSection={<Icon name="clock" />}
            >
              Audit log
            </Button>
            <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
              Add user
            </Button>
          </>
        }
      />
      <Everybody />
      <ServerStorage />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add user">
        <AddUser close={() => setAdding(false)} />
      </Modal>
    </>
  );
}
