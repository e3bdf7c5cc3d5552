// What runs first, and is small: it asks for everything that the address needs at the same time. The program
// (main.tsx), the code of the page, and who is signed in with what they may see would otherwise wait for each
// other, and each of them for a way to the server and back.
import { ViewerDocument } from './graphql/generated';
import { ask } from './graphql/request';
import { currentSession } from './lib/session';
import { CODE, pagesOf } from './routes/pages';
import { parseSearch } from './routes/search';

const { pathname, search } = window.location;

// Whoever needs what did not come asks again, and says so.
const unheard = () => undefined;

void import('./main');
for (const name of pagesOf(pathname, parseSearch(search))) CODE[name]().catch(unheard);
if (pathname !== '/login')
  currentSession().then((session) => {
    if (session.user) ask(ViewerDocument, {});
  }, unheard);
