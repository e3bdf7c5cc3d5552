// One request to /graphql, typed by the operation that is sent; and the two hooks that pages read with.
// A reply with any error is an exception: a page never shows half an answer.
import { useInfiniteQuery, useQuery, type QueryKey, type UseQueryOptions } from '@tanstack/react-query';

import { loadSession, ServerError, writeHeaders } from '../lib/session';
import type { TypedDocumentString } from './generated';

interface Reply<R> {
  data?: R | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Browsers take no more than 64 KB of such requests together. */
const KEEPALIVE_MAX = 16_000;

let onSignedOut: () => void = () => undefined;

/** Called when the server says that the session is over. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

async function post(body: string, keepalive: boolean): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      keepalive,
      credentials: 'same-origin',
      headers: writeHeaders(),
      body,
    });
  } catch {
    throw new ServerError('The server cannot be reached: check the connection and try again.', 0, null);
  }
}

function operationName(text: string): string {
  return /(?:query|mutation)\s+(\w+)/.exec(text)?.[1] ?? 'Anonymous';
}

async function readReply<R>(response: Response): Promise<Reply<R>> {
  try {
    return (await response.json()) as Reply<R>;
  } catch {
    throw new ServerError(`The server answered with ${response.status}: try again.`, response.status, null);
  }
}

export async function gql<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const query = document.toString();
  const body = JSON.stringify({ query, variables, operationName: operationName(query) });
  // What was changed on the page reaches the server also when the page is left at once.
  const keepalive = /^\s*mutation\b/.test(query) && body.length < KEEPALIVE_MAX;
  let response = await post(body, keepalive);

  if (response.status === 403 && response.headers.get('Content-Type')?.startsWith('application/json')) {
    // Perhaps only the token is old: somebody signed in again in another tab.
    const before = writeHeaders()['X-CSRF-Token'];
    const session = await loadSession();
    if (session.csrf && session.csrf !== before) response = await post(body, keepalive);
  }
  const reply = await readReply<R>(response);
  const error = reply.errors?.[0];
  const code = error?.extensions?.code ?? null;

  if (response.status === 401 || code === 'UNAUTHENTICATED') onSignedOut();
  if (error || !reply.data)
    throw new ServerError(error?.message ?? 'The server gave no answer: try again.', response.status, code);
  return reply.data;
}

export function gqlKey<R, V>(document: TypedDocumentString<R, V>, variables?: V): QueryKey {
  const name = operationName(document.toString());
  return variables === undefined ? [name] : [name, variables];
}

export function useGql<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options?: Omit<UseQueryOptions<R, ServerError>, 'queryKey' | 'queryFn'>,
) {
  return useQuery<R, ServerError>({
    queryKey: gqlKey(document, variables),
    queryFn: () => gql(document, variables),
    ...options,
  });
}

export interface Page<N> {
  edges: { node: N; cursor: string }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  totalCount?: number | null;
}

/** A list that comes page by page; `pick` finds the connection in the answer. */
export function useGqlPages<
  R,
  V extends { after?: string | null },
  P extends { pageInfo: Page<unknown>['pageInfo'] },
>(
  document: TypedDocumentString<R, V>,
  variables: V,
  pick: (data: R) => P | null | undefined,
  options?: { enabled?: boolean },
) {
  return useInfiniteQuery<R, ServerError, { pages: R[] }, QueryKey, string | null>({
    queryKey: gqlKey(document, variables),
    queryFn: ({ pageParam }) => gql(document, { ...variables, after: pageParam }),
    initialPageParam: null,
    getNextPageParam: (last) => {
      const info = pick(last)?.pageInfo;
      return info?.hasNextPage ? (info.endCursor ?? null) : null;
    },
    ...options,
  });
}
