// API keys: a list of them with when each was used, revoking one, and making one, which is shown this
// once. One's own are in the settings, those of a service account in a dialog of its team's page.
import { ActionIcon, Button, Modal, TextInput, Tooltip } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { Confirm } from '../components/Confirm';
import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { Rows } from '../components/Rows';
import { LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { useGql } from '../graphql/client';
import {
  CreateApiKeyDocument,
  DeleteApiKeyDocument,
  KeysOfDocument,
  type KeyLineFragment,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import css from './form.module.css';

export function KeyRows({ keys }: { keys: KeyLineFragment[] }) {
  const remove = useChange(DeleteApiKeyDocument);
  const [leaving, setLeaving] = useState<string | null>(null);

  return (
    <>
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
    </>
  );
}

/** The secret, the only time that it can be seen. */
export function KeyOnce({ secret, children }: { secret: string; children?: React.ReactNode }) {
  return (
    <>
      <p className={css.hint}>Copy the API key now: it cannot be shown again.</p>
      <Code text={secret} label="Copy API key" />
      {children}
    </>
  );
}

function ServiceKeys({ username }: { username: string }) {
  const list = useGql(KeysOfDocument, { username });
  const create = useChange(CreateApiKeyDocument, { quiet: true });
  const [description, setDescription] = useState('');
  const secret = create.data?.generateApiKey?.apiKey?.name;

  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows rows={2} />;
  const user = list.data.users?.edges.find(({ node }) => node?.username === username)?.node;
  const keys = user?.apiKeys?.edges.flatMap(({ node }) => (node ? [node] : [])) ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { input: { username, description: description.trim() } },
      { onSuccess: () => setDescription('') },
    );
  };
  return (
    <div className={css.form}>
      {secret && <KeyOnce secret={secret} />}
      <KeyRows keys={keys} />
      <form className={css.inline} onSubmit={submit}>
        <TextInput
          className={css.grow}
          label="What is the new key for?"
          value={description}
          error={create.error?.message}
          errorProps={{ role: 'alert' }}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Button type="submit" loading={create.isPending}>
          New key
        </Button>
      </form>
    </div>
  );
}

/** Of a service account; null: closed. */
export function KeysDialog({ username, close }: { username: string | null; close: () => void }) {
  return (
    <Modal opened={username !== null} onClose={close} title={`API keys of ${username ?? ''}`} size={720}>
      {username !== null && <ServiceKeys username={username} />}
    </Modal>
  );
}
