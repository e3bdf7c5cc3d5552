// /authorize, where `wandb login` sends people: one button, one key, shown once.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { Code } from '../components/Copy';
import { Card, PageHead } from '../components/Page';
import { CreateApiKeyDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { knownSession } from '../lib/session';
import css from './form.module.css';
import { KeyOnce } from './Keys';

export default function Authorize() {
  const create = useChange(CreateApiKeyDocument);
  const [description, setDescription] = useState('');
  const key = create.data?.generateApiKey?.apiKey?.name;
  const host = knownSession()?.baseUrl ?? window.location.origin;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ input: { description: description.trim() || 'made in the browser' } });
  };

  return (
    <>
      <PageHead title="API key for the client" />
      <Card>
        {key ? (
          <div className={css.form}>
            <KeyOnce secret={key} />
            <p className={css.hint}>Paste it where this asks for it:</p>
            <Code text={`wandb login --host=${host}`} />
            <p className={css.hint}>or tell the client in a shell:</p>
            <Code text={`export WANDB_BASE_URL=${host}\nexport WANDB_API_KEY=${key}`} />
          </div>
        ) : (
          <form className={css.form} onSubmit={submit}>
            <p className={css.hint}>The key lets the client act as you. It is shown once.</p>
            <TextInput
              label="What is it for?"
              placeholder="laptop"
              maxLength={200}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
            <div>
              <Button type="submit" loading={create.isPending}>
                Make a new key
              </Button>
            </div>
          </form>
        )}
      </Card>
    </>
  );
}
