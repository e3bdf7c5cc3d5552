// Changes made elsewhere. Pages name the things they show; once a second, while the page is visible,
// the server is asked whether any of them changed, and then what is on the screen is read again.
// A thing that is asked about for the first time may have changed since the page read it, or while the page was
// kept for going back: the server says how long ago it changed, and what was read before that is read again.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const EVERY_MS = 1_000;
/** When the server does not answer it is asked less often. */
const SLOW_MS = 10_000;
const IDS_MAX = 16;
/** An answer may have been this long on its way, and a change as long on its way into the database. */
const ON_THE_WAY_MS = 2_000;

const watched = new Map<string, number>();
let marks: Record<string, string | null> = {};
let etag: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let client: QueryClient | null = null;

function wanted(): string[] {
  return [...watched.keys()].slice(0, IDS_MAX);
}

async function look(): Promise<number> {
  const ids = wanted();
  if (ids.length === 0 || document.hidden) return EVERY_MS;
  const of = ids.map(encodeURIComponent).join(',');
  const isNew = ids.some((id) => !(id in marks));
  const response = await fetch(`/-/changes?of=${of}${isNew ? '&ages=1' : ''}`, {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: etag && !isNew ? { 'If-None-Match': etag } : {},
  });
  if (response.status === 304) return EVERY_MS;
  if (!response.ok) return SLOW_MS;
  const { changes, ages = {} } = (await response.json()) as {
    changes: Record<string, string | null>;
    ages?: Record<string, number>;
  };
  const changed = Object.entries(changes).some(([id, mark]) => id in marks && marks[id] !== mark);
  const youngest = Math.min(...Object.entries(ages).map(([id, age]) => (id in marks ? Infinity : age)));
  const maybeOld = Date.now() - youngest + ON_THE_WAY_MS;
  etag = response.headers.get('ETag');
  marks = changes;
  if (changed) await client?.invalidateQueries();
  else if (youngest < Infinity)
    // What could not be read says so, and is asked for again by who looks at it.
    await client?.invalidateQueries({
      predicate: ({ state }) => state.data !== undefined && state.dataUpdatedAt < maybeOld,
    });
  return EVERY_MS;
}

function again(after: number): void {
  clearTimeout(timer);
  if (watched.size === 0) return;
  timer = setTimeout(() => {
    look().then(again, () => again(SLOW_MS));
  }, after);
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) again(0);
});

/** What the page shows; ids that are not known yet may be missing. */
export function useLive(...ids: (string | null | undefined)[]): void {
  client = useQueryClient();
  const known = ids.filter((id): id is string => typeof id === 'string').join(',');

  useEffect(() => {
    const list = known === '' ? [] : known.split(',');
    for (const id of list) watched.set(id, (watched.get(id) ?? 0) + 1);
    etag = null;
    if (list.length > 0) again(0);
    return () => {
      for (const id of list) {
        const count = (watched.get(id) ?? 1) - 1;
        if (count > 0) watched.set(id, count);
        else watched.delete(id);
      }
      etag = null;
    };
  }, [known]);
}
