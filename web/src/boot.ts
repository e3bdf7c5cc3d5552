// What runs first, and is small: it asks for everything that the address needs at the same time. The program
// (main.tsx), the code of the page, who is signed in, and what the page is about would otherwise wait for each
// other, and each of them for a way to the server and back.
import { ViewerDocument } from './graphql/generated';
import { ask } from './graphql/request';
import { currentSession } from './lib/session';
import { CODE, pagesOf } from './routes/pages';
import { askFirst } from './routes/questions';
import { parseSearch } from './routes/search';

/** Reading the program keeps answers waiting, so it does not begin just before the one that the next need. */
const WAIT_MS = 40;

const path = window.location.pathname;
const search = parseSearch(window.location.search);

async function askAll(): Promise<void> {
  if (path === '/login') return;
  const session = await currentSession();
  if (!session.user) return;
  ask(ViewerDocument, {});
  askFirst(path, search);
}

function start(): void {
  void import('./main');
  // What does not come is asked for again by the router, which says so.
  for (const name of pagesOf(path, search)) CODE[name]().catch(() => undefined);
}

const waited = new Promise((done) => setTimeout(done, WAIT_MS));
void Promise.race([askAll().catch(() => undefined), waited]).then(start);
