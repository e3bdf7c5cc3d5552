// Who is signed in, and the token that every changing request carries. The cookie itself is out of
// reach of scripts; what is known here came from GET /-/session (see SERVER.md).
export interface SessionUser {
  id: string;
  username: string;
  name: string;
  email: string | null;
  admin: boolean;
}

export interface Session {
  user: SessionUser | null;
  csrf: string | null;
  setup: { needed: boolean; command: string } | null;
  version: string;
  baseUrl: string;
}

/** Something the server said no to; the message is for the user as it is. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string | null,
  ) {
    super(message);
  }
}

let current: Session | null = null;

export function knownSession(): Session | null {
  return current;
}

async function readError(response: Response): Promise<ServerError> {
  let message = `The server answered with ${response.status}: try again.`;
  let code: string | null = null;
  try {
    const body = (await response.json()) as { error?: string; code?: string };
    message = body.error ?? message;
    code = body.code ?? null;
  } catch {
    // Not JSON: somebody between us and the server answered.
  }
  return new ServerError(message, response.status, code);
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch {
    throw new ServerError('The server cannot be reached: check the connection and try again.', 0, null);
  }
  if (!response.ok) throw await readError(response);
  return response;
}

function writeHeaders(): Record<string, string> {
  return { 'Content-Type': 'application/json', ...(current?.csrf ? { 'X-CSRF-Token': current.csrf } : {}) };
}

export async function loadSession(): Promise<Session> {
  current = (await (await request('/-/session', {})).json()) as Session;
  return current;
}

let asked: Promise<Session> | null = null;

/** What is known of the session, else an answer of the server, which all who ask meanwhile share. */
export function currentSession(): Promise<Session> {
  if (current) return Promise.resolve(current);
  asked ??= loadSession().finally(() => {
    asked = null;
  });
  return asked;
}

export async function signIn(username: string, password: string): Promise<Session> {
  const body = JSON.stringify({ username, password });
  current = (await (
    await request('/-/session', { method: 'POST', headers: writeHeaders(), body })
  ).json()) as Session;
  return current;
}

export async function signOut(everywhere: boolean): Promise<void> {
  const path = everywhere ? '/-/sessions' : '/-/session';
  await request(path, { method: 'DELETE', headers: writeHeaders() });
  current = null;
}

export async function changePassword(before: string, after: string): Promise<void> {
  const body = JSON.stringify({ current: before, new: after });
  await request('/-/password', { method: 'POST', headers: writeHeaders(), body });
  await loadSession();
}

export { readError, writeHeaders };
