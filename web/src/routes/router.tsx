// Every address of the app. Those that the wandb client prints or builds are fixed (SERVER.md); a
// page's code is loaded when the pointer comes near a link to it (pages.ts).
import { Notifications } from '@mantine/notifications';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  redirect,
  type RouteComponent,
} from '@tanstack/react-router';
import { Suspense } from 'react';

import { Shell } from '../components/Shell';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { whenSignedOut } from '../graphql/request';
import { currentSession, knownSession, loadSession } from '../lib/session';
import { useOrg } from '../lib/viewer';
import LegacyRegistry from '../pages/LegacyRegistry';
import ProjectCollection from '../pages/ProjectCollection';
import ProjectVersion from '../pages/ProjectVersion';
import RegistryPlace from '../pages/RegistryPlace';
import {
  ArtifactBrowser,
  loadPages,
  ProjectRuns,
  Registries,
  RegistrySettings,
  RunPage,
  SignIn,
} from './lazy';
import { parseSearch, stringifySearch, type Search } from './search';

// Messages are below the router, because some hold links.
function Root() {
  return (
    <>
      <Notifications position="bottom-right" limit={4} />
      <Outlet />
    </>
  );
}

const root = createRootRoute({
  component: Root,
  notFoundComponent: () => <NotFound what="This page" />,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Search) => ({ next: search.next }),
  beforeLoad: async () => {
    await Promise.all([loadSession(), SignIn.preload?.()]);
  },
  component: function Login() {
    const { next } = login.useSearch();
    return (
      <Suspense>
        <SignIn next={next} />
      </Suspense>
    );
  },
});

// No path of its own: whatever is below needs somebody who is signed in.
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const code = loadPages(location.pathname, location.search);
    const session = knownSession() ?? (await currentSession());
    if (!session.user) throw redirect({ to: '/login', search: { next: location.href } });
    await code;
  },
  component: Shell,
});

function RegistryHome() {
  const org = useOrg();
  if (!org)
    return (
      <Empty icon="building" title="You are in no organization yet">
        <p>Registries belong to organizations. An administrator of one, or of this server, adds you.</p>
      </Empty>
    );
  return <Navigate to="/orgs/$org/registry" params={{ org: org.name }} replace />;
}

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/registry' });
  },
});

const registryHome = createRoute({
  getParentRoute: () => inside,
  path: '/registry',
  component: RegistryHome,
});

/** A page of its own file below the shell. */
function page<P extends string>(path: P, component: RouteComponent) {
  return createRoute({ getParentRoute: () => inside, path, component });
}

function rarePage<P extends string>(path: P, load: () => Promise<{ default: React.ComponentType }>) {
  return page(path, lazyRouteComponent(load));
}

/** A registry, and with a selection a collection or a version in it. */
export interface RegistrySearch {
  selectionPath?: string;
  view?: string;
  version?: string;
  tab?: string;
  path?: string;
  with?: string;
}

const registry = createRoute({
  getParentRoute: () => inside,
  path: '/orgs/$org/registry/$registry',
  validateSearch: (s: Search): RegistrySearch => ({
    selectionPath: s.selectionPath,
    view: s.view,
    version: s.version,
    tab: s.tab,
    path: s.path,
    with: s.with,
  }),
  component: RegistryPlace,
});

const legacyRegistry = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/registry/$type',
  validateSearch: (s: Search): RegistrySearch => ({ selectionPath: s.selectionPath, version: s.version }),
  component: LegacyRegistry,
});

export interface VersionSearch {
  path?: string;
  with?: string;
}

const version = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection/$version',
  validateSearch: (s: Search): VersionSearch => ({ path: s.path, with: s.with }),
  component: ProjectVersion,
});

const versionTab = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection/$version/$',
  validateSearch: (s: Search): VersionSearch => ({ path: s.path, with: s.with }),
  component: ProjectVersion,
});

const collection = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection',
  validateSearch: (s: Search): { tab?: string } => ({ tab: s.tab }),
  component: ProjectCollection,
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/runs/$run',
  validateSearch: (s: Search): { tab?: string } => ({ tab: s.tab }),
  component: RunPage,
});

const routeTree = root.addChildren([
  login,
  inside.addChildren([
    home,
    registryHome,
    registry,
    legacyRegistry,
    version,
    versionTab,
    rarePage('/orgs/$org', () => import('../pages/Organization')),
    page('/orgs/$org/registry', Registries),
    page('/orgs/$org/registry/$registry/settings', RegistrySettings),
    rarePage('/settings', () => import('../pages/Settings')),
    rarePage('/usersettings', () => import('../pages/Settings')),
    rarePage('/authorize', () => import('../pages/Authorize')),
    rarePage('/admin', () => import('../pages/Admin')),
    rarePage('/admin/audit', () => import('../pages/AuditLog')),
    rarePage('/teams/$team/settings', () => import('../pages/TeamSettings')),
    rarePage('/$entity', () => import('../pages/EntityPage')),
    rarePage('/$entity/settings', () => import('../pages/TeamSettings')),
    page('/$entity/$project', ProjectRuns),
    page('/$entity/$project/workspace', ProjectRuns),
    rarePage('/$entity/$project/sweeps/$sweep', () => import('../pages/NotOffered')),
    rarePage('/$entity/$project/reports/$', () => import('../pages/NotOffered')),
    run,
    page('/$entity/$project/artifacts', ArtifactBrowser),
    page('/$entity/$project/artifacts/$type', ArtifactBrowser),
    collection,
  ]),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: () => <LoadingRows />,
  defaultErrorComponent: ({ error, reset }) => <Problem error={error} retry={reset} />,
  defaultNotFoundComponent: () => <NotFound what="This page" />,
});

whenSignedOut(() => {
  if (window.location.pathname !== '/login')
    void router.navigate({ to: '/login', search: { next: router.state.location.href } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
