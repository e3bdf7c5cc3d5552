// What a page shows when it has nothing to show: while it loads, when it failed, when it is empty.
import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';

import { ServerError } from '../lib/session';
import { Icon, type IconName } from './Icon';
import css from './states.module.css';

export function LoadingRows({ rows = 5, height = 44 }: { rows?: number; height?: number }) {
  return (
    <div className={css.rows} aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={height} radius="md" />
      ))}
    </div>
  );
}

export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const missing = error instanceof ServerError && (error.status === 404 || error.code === 'NOT_FOUND');
  return (
    <div className={css.state} role="alert">
      <Icon name={missing ? 'search' : 'alert'} size={28} />
      <h2>{missing ? 'Not found' : 'That did not work'}</h2>
      <p>{error.message}</p>
      {retry && (
        <Button variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function NotFound({ what }: { what: string }) {
  return (
    <div className={css.state}>
      <Icon name="search" size={28} />
      <h2>Not found</h2>
      <p>{what} is not here, or you may not see it.</p>
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className={css.state}>
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
