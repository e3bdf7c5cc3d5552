// One's own settings: name, keys, default team, theme, password, sessions.
import {
  Button,
  PasswordInput,
  SegmentedControl,
  Select,
  TextInput,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Icon } from '../components/Icon';
import { Card, Fact, Facts, PageHead, Section } from '../components/Page';
import { LoadingRows, Problem } from '../components/states';
import { toastDone, toastError } from '../components/toast';
import { useGql } from '../graphql/client';
import { OwnSettingsDocument, UpdateUserDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { changePassword, signOut } from '../lib/session';
import css from './form.module.css';
import { KeyRows } from './Keys';

function Name({ name, username }: { name: string; username: string }) {
  const update = useChange(UpdateUserDocument);
  const [text, setText] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ input: { name: text.trim() } }, { onSuccess: () => toastDone('Saved.') });
  };
  return (
    <form className={css.inline} onSubmit={submit}>
      <TextInput
        className={css.grow}
        aria-label="Name"
        autoComplete="name"
        maxLength={200}
        placeholder={username}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={text.trim() === name} loading={update.isPending}>
        Save name
      </Button>
    </form>
  );
}

function Password() {
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changePassword(before, after).then(
      () => {
        setBefore('');
        setAfter('');
        toastDone('The password is changed. Other browsers have to sign in again.');
      },
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        value={before}
        error={problem}
        onChange={(event) => {
          setBefore(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <PasswordInput
        label="New password"
        autoComplete="new-password"
        value={after}
        onChange={(event) => setAfter(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" variant="default" disabled={before === '' || after === ''}>
          Change password
        </Button>
      </div>
    </form>
  );
}

export default function Settings() {
  const page = useGql(OwnSettingsDocument, {});
  const update = useChange(UpdateUserDocument);
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows />;
  const user = page.data.viewer;
  if (!user) return null;
  const keys = user.apiKeys?.edges.flatMap(({ node }) => (node ? [node] : [])) ?? [];
  const teams = user.teams?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ?? [];
  const entities = [...new Set([...(user.username ? [user.username] : []), ...teams])];

  return (
    <>
      <PageHead title="Settings" />
      <Section title="Profile">
        <Card>
          <Facts>
            <Fact name="User name">{user.username}</Fact>
            <Fact name="Name">
              <Name key={user.name} name={user.name} username={user.username ?? ''} />
            </Fact>
            <Fact name="E-mail address">{user.email ?? 'None'}</Fact>
            <Fact name="Default entity">
              <Select
                aria-label="Default entity"
                allowDeselect={false}
                data={entities}
                value={user.entity ?? null}
                onChange={(entity) => entity && update.mutate({ input: { defaultEntity: entity } })}
              />
            </Fact>
            <Fact name="Theme">
              <SegmentedControl
                aria-label="Theme"
                data={[
                  { value: 'light', label: 'Light' },
                  { value: 'dark', label: 'Dark' },
                  { value: 'auto', label: 'Like the system' },
                ]}
                value={colorScheme}
                onChange={(value) => setColorScheme(value as MantineColorScheme)}
              />
            </Fact>
          </Facts>
        </Card>
      </Section>
      <Section
        title="API keys"
        beside={
          <Button
            component={Link}
            {...({ to: '/authorize' } as object)}
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
          >
            New key
          </Button>
        }
      >
        <KeyRows keys={keys} />
      </Section>
      <Section title="Password">
        <Card>
          <Password />
        </Card>
      </Section>
      <Section title="Sessions">
        <Card>
          <Button
            variant="default"
            leftSection={<Icon name="out" />}
            onClick={() => void signOut(true).then(() => window.location.assign('/login'), toastError)}
          >
            Sign out everywhere
          </Button>
        </Card>
      </Section>
    </>
  );
}
