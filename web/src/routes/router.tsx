// Every address of the app. Those that the wandb client prints or builds are fixed (SERVER.md); a
// page's code is loaded when the pointer comes near a link to it.
import { Notifications } from '@mantine/notifications';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

import { Shell } from '../components/Shell';
import { Empty, LoadingRows, NotFound, Problem } from '../components/states';
import { whenSignedOut } from '../graphql/client';
import { knownSession, loadSession } from '../lib/session';
import { useOrg } from '../lib/viewer';
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

const SignIn = lazy(() => import('../pages/SignIn'));

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Search) => ({ next: search.next }),
  beforeLoad: async () => {
    await loadSession();
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
    const session = knownSession() ?? (await loadSession());
    if (!session.user) throw redirect({ to: '/login', search: { next: location.href } });
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
function page<P extends string>(path: P, load: () => Promise<{ default: React.ComponentType }>) {
  return createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load) });
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
  component: lazyRouteComponent(() => import('../pages/RegistryPlace')),
});

const legacyRegistry = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/registry/$type',
  validateSearch: (s: Search): RegistrySearch => ({ selectionPath: s.selectionPath, version: s.version }),
  component: lazyRouteComponent(() => import('../pages/LegacyRegistry')),
});

export interface VersionSearch {
  path?: string;
  with?: string;
}

const version = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection/$version',
  validateSearch: (s: Search): VersionSearch => ({ path: s.path, with: s.with }),
  component: lazyRouteComponent(() => import('../pages/ProjectVersion')),
});

const versionTab = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection/$version/$',
  validateSearch: (s: Search): VersionSearch => ({ path: s.path, with: s.with }),
  component: lazyRouteComponent(() => import('../pages/ProjectVersion')),
});

const collection = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/artifacts/$type/$collection',
  validateSearch: (s: Search): { tab?: string } => ({ tab: s.tab }),
  component: lazyRouteComponent(() => import('../pages/ProjectCollection')),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/$entity/$project/runs/$run',
  validateSearch: (s: Search): { tab?: string } => ({ tab: s.tab }),
  component: lazyRouteComponent(() => import('../pages/RunPage')),
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
    page('/orgs/$org', () => import('../pages/Organization')),
    page('/orgs/$org/registry', () => import('../pages/Registries')),
    page('/orgs/$org/registry/$registry/settings', () => import('../pages/RegistrySettings')),
    page('/settings', () => import('../pages/Settings')),
    page('/usersettings', () => import('../pages/Settings')),
    page('/authorize', () => import('../pages/Authorize')),
    page('/admin', () => import('../pages/Admin')),
    page('/admin/audit', () => import('../pages/AuditLog')),
    page('/teams/$team/settings', () => import('../pages/TeamSettings')),
    page('/$entity', () => import('../pages/EntityPage')),
    page('/$entity/settings', () => import('../pages/TeamSettings')),
    page('/$entity/$project', () => import('../pages/ProjectRuns')),
    page('/$entity/$project/workspace', () => import('../pages/ProjectRuns')),
    page('/$entity/$project/sweeps/$sweep', () => import('../pages/NotOffered')),
    page('/$entity/$project/reports/$', () => import('../pages/NotOffered')),
    run,
    page('/$entity/$project/artifacts', () => import('../pages/ArtifactBrowser')),
    page('/$entity/$project/artifacts/$type', () => import('../pages/ArtifactBrowser')),
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
