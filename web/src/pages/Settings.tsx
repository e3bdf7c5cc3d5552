// One's own settings: keys, default team, theme, password, sessions.
import {
  ActionIcon,
  Button,
  PasswordInput,
  SegmentedControl,
  Select,
  Tooltip,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Card, Fact, Facts, PageHead, Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { toastDone, toastError } from '../components/toast';
import { useGql } from '../graphql/client';
import { DeleteApiKeyDocument, OwnSettingsDocument, UpdateUserDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { changePassword, signOut } from '../lib/session';
import css from './form.module.css';

function Keys({
  keys,
}: {
  keys: { id: string; name: string; description?: string | null; lastUsedAt?: string | null }[];
}) {
  const remove = useChange(DeleteApiKeyDocument);
  const [leaving, setLeaving] = useState<string | null>(null);
  return (
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
      {keys.length === 0 ? (
        <p className={css.hint}>No key. The client needs one to log in.</p>
      ) : (
        <Rows label="API keys" items={keys} keyOf={(key) => key.id} height={54}>
          {(key) => (
            <div className={css.cells}>
              <span role="cell" className={css.who}>
                <Icon name="key" />
                {key.description || 'without a description'}
              </span>
              <span role="cell" className={`v-mono ${css.wide}`}>
                {key.name}
              </span>
              <span role="cell" className={css.dim}>
                {key.lastUsedAt ? (
                  <>
                    used <Age at={key.lastUsedAt} />
                  </>
                ) : (
                  'never used'
                )}
              </span>
              <span role="cell">
                <Tooltip label="Revoke">
                  <ActionIcon
                    aria-label={`Revoke ${key.description || key.name}`}
                    data-row
                    onClick={() => setLeaving(key.id)}
                  >
                    <Icon name="trash" />
                  </ActionIcon>
                </Tooltip>
              </span>
            </div>
          )}
        </Rows>
      )}
      <Confirm
        opened={leaving !== null}
        close={() => setLeaving(null)}
        title="Revoke this key?"
        action="Revoke"
        busy={remove.isPending}
        confirm={() => leaving && remove.mutate({ id: leaving }, { onSettled: () => setLeaving(null) })}
      >
        Programs that use it are signed out at once.
      </Confirm>
    </Section>
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
      <Keys keys={keys} />
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
