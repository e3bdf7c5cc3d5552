// The dialog behind Rename, for collections and registries.
import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { collectionNameProblem } from '../lib/names';
import css from './form.module.css';

interface Props {
  opened: boolean;
  close: () => void;
  name: string;
  problemOf?: (name: string) => string | null;
  rename: (name: string) => Promise<unknown>;
  done: (name: string) => void;
}

function Form({ close, name: before, problemOf = collectionNameProblem, rename, done }: Props) {
  const [name, setName] = useState(before);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const problem = refused ?? problemOf(name);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem || name === before) return;
    setBusy(true);
    rename(name)
      .then(
        () => {
          close();
          done(name);
        },
        (error: Error) => setRefused(error.message),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Code that uses the old name has to change."
        data-autofocus
        value={name}
        error={problem}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setRefused(null);
        }}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={problem !== null || name === before} loading={busy}>
          Rename
        </Button>
      </div>
    </form>
  );
}

export function Renaming(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={`Rename ${props.name}`} size={460}>
      <Form {...props} />
    </Modal>
  );
}
