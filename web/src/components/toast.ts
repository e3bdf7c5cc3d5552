// Short messages in the corner: the server's own words when something failed.
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';

export function toastError(error: unknown): void {
  const message = error instanceof Error ? error.message : 'Something went wrong: try again.';
  notifications.show({ color: 'red', title: 'That did not work', message, autoClose: 8000 });
}

export function toastDone(message: ReactNode): void {
  notifications.show({ color: 'green', message, autoClose: 4000 });
}
