// /login: name and password; on a server where nobody has a password yet, how to give somebody one.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { Code } from '../components/Copy';
import { Icon } from '../components/Icon';
import { knownSession, signIn } from '../lib/session';
import css from './SignIn.module.css';

/** Only addresses of this server, judged as the browser reads them: not "//host", nor with a tab in it. */
function localTarget(next: string | undefined): string {
  if (!next?.startsWith('/') || next.startsWith('/login')) return '/registry';
  try {
    return new URL(next, window.location.origin).origin === window.location.origin ? next : '/registry';
  } catch {
    return '/registry';
  }
}

export default function SignIn({ next }: { next?: string }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const setup = knownSession()?.setup;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    signIn(username.trim(), password).then(
      // A new page, so that nothing of the one who was here before is left in memory.
      () => window.location.assign(localTarget(next)),
      (error: Error) => {
        setProblem(error.message);
        setBusy(false);
      },
    );
  };

  return (
    <main className={css.page}>
      <div className={css.card}>
        <span className={css.mark}>
          <Icon name="registry" size={26} />
        </span>
        <h1>Sign in to Vitrine</h1>
        {setup?.needed && (
          <div className={css.setup}>
            <p>Nobody on this server has a password yet. On the server, run:</p>
            <Code text={setup.command} />
          </div>
        )}
        <form onSubmit={submit}>
          {problem && (
            <p className={css.problem} role="alert">
              {problem}
            </p>
          )}
          <TextInput
            label="User name or e-mail address"
            name="username"
            autoComplete="username"
            autoFocus
            required
            withAsterisk={false}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" fullWidth loading={busy}>
            Sign in
          </Button>
        </form>
        {!setup?.needed && (
          <p className={css.hint}>
            No password yet, or lost it? The operator sets one with <code>vitrined user passwd NAME</code>.
          </p>
        )}
      </div>
    </main>
  );
}
