// One request to /graphql, typed by the operation that is sent. A reply with any error is an exception: a
// page never shows half an answer.
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

export function operationName(text: string): string {
  return /(?:query|mutation)\s+(\w+)/.exec(text)?.[1] ?? 'Anonymous';
}

async function readReply<R>(response: Response): Promise<Reply<R>> {
  try {
    return (await response.json()) as Reply<R>;
  } catch {
    throw new ServerError(`The server answered with ${response.status}: try again.`, response.status, null);
  }
}

function bodyOf<R, V>(document: TypedDocumentString<R, V>, variables: V): string {
  const query = document.toString();
  return JSON.stringify({ query, variables, operationName: operationName(query) });
}

const EARLY_MS = 5_000;
const early = new Map<string, Promise<unknown>>();

/** Asks before the page that wants to know is there; the first gql() of the same question takes the answer. */
export function ask<R, V>(document: TypedDocumentString<R, V>, variables: V): void {
  const body = bodyOf(document, variables);
  const answer = send<R>(body, false);
  early.set(body, answer);
  // Whoever takes it hears of it.
  answer.catch(() => undefined);
  setTimeout(() => early.delete(body), EARLY_MS);
}

export async function gql<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const body = bodyOf(document, variables);
  const begun = early.get(body) as Promise<R> | undefined;
  if (begun) {
    early.delete(body);
    return begun;
  }
  // What was changed on the page reaches the server also when the page is left at once.
  const changes = /^\s*mutation\b/.test(document.toString());
  if (changes) early.clear();
  return send<R>(body, changes && body.length < KEEPALIVE_MAX);
}

async function send<R>(body: string, keepalive: boolean): Promise<R> {
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
