// "Are you sure?", once, for everything that takes something away. With `word`, it has to be typed.
import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';

import css from '../pages/form.module.css';

interface Props {
  opened: boolean;
  close: () => void;
  title: string;
  children: ReactNode;
  action: string;
  word?: string;
  busy?: boolean;
  confirm: () => void;
}

function Body({ close, children, action, word, busy, confirm }: Props) {
  const [typed, setTyped] = useState('');
  const ready = word === undefined || typed === word;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) confirm();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <div>{children}</div>
      {word !== undefined && (
        <TextInput
          label={`Type ${word} to confirm`}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          type="submit"
          color="red"
          disabled={!ready}
          loading={busy}
          data-autofocus={word === undefined || undefined}
        >
          {action}
        </Button>
      </div>
    </form>
  );
}

export function Confirm(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={props.title} size={460}>
      <Body {...props} />
    </Modal>
  );
}
