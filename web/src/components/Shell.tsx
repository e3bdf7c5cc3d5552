// What is around every page of somebody who is signed in: header, sidebar, and where the page goes.
import { Button, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Link, Outlet, useNavigate, useParams, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';

import { useGql } from '../graphql/client';
import { ViewerDocument, VisitedOrganizationDocument } from '../graphql/generated';
import { signOut } from '../lib/session';
import { findOrg, rememberOrg, useOrg, useViewer, ViewerContext } from '../lib/viewer';
import { Icon, type IconName } from './Icon';
import css from './Shell.module.css';
import { LoadingRows, Problem } from './states';
import { toastError } from './toast';

const loadPalette = () => import('./Palette');
const Palette = lazy(loadPalette);

function OrgSwitch() {
  const viewer = useViewer();
  const org = useOrg();
  const navigate = useNavigate();

  if (!org) return null;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={css.switch} aria-label={`Organization: ${org.name}`}>
          <span className={css.switchName}>{org.name}</span>
          <Icon name="down" size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Organizations</Menu.Label>
        {viewer.organizations.map((each) => (
          <Menu.Item
            key={each.id}
            rightSection={each.id === org.id ? <Icon name="check" size={14} /> : undefined}
            onClick={() => {
              rememberOrg(each);
              void navigate({ to: '/orgs/$org/registry', params: { org: each.name } });
            }}
          >
            {each.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="building" />}
          onClick={() => void navigate({ to: '/orgs/$org', params: { org: org.name } })}
        >
          People and teams
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  { value: 'light', icon: 'sun', label: 'Light' },
  { value: 'dark', icon: 'moon', label: 'Dark' },
  { value: 'auto', icon: 'screen', label: 'Like the system' },
] as const;

function UserMenu() {
  const viewer = useViewer();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const leave = () =>
    signOut(false).then(() => {
      window.location.assign('/login');
    }, toastError);

  return (
    <Menu width={230}>
      <Menu.Target>
        <UnstyledButton className={css.avatar} aria-label={`Account of ${viewer.name}`}>
          {viewer.name.slice(0, 1).toUpperCase()}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {viewer.name}
          {(viewer.email ?? viewer.username) !== viewer.name && (
            <>
              <br />
              {viewer.email ?? viewer.username}
            </>
          )}
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="gear" />} onClick={() => void navigate({ to: '/settings' })}>
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="key" />} onClick={() => void navigate({ to: '/authorize' })}>
          API key for the client
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {SCHEMES.map(({ value, icon, label }) => (
          <Menu.Item
            key={value}
            closeMenuOnClick={false}
            leftSection={<Icon name={icon} />}
            rightSection={colorScheme === value ? <Icon name="check" size={14} /> : undefined}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function NavItem({
  to,
  params,
  icon,
  label,
  exact,
}: {
  to: string;
  params?: Record<string, string>;
  icon: IconName;
  label: string;
  exact?: boolean;
}) {
  const router = useRouter();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const own = decodeURIComponent(router.buildLocation({ to, params } as never).pathname);
  const here = decodeURIComponent(path).replace(/\/$/, '');
  const active = here === own || (!exact && here.startsWith(`${own}/`));
  return (
    <Link
      to={to}
      params={params}
      className={`${css.item} ${active ? css.active : ''}`}
      aria-current={active ? 'page' : undefined}
    >
      <Icon name={icon} />
      <span>{label}</span>
    </Link>
  );
}

function ProjectNav() {
  const { entity, project }: { entity?: string; project?: string } = useParams({ strict: false });
  if (!entity || !project) return null;
  const params = { entity, project };
  return (
    <>
      <h2 className={css.heading} title={`${entity}/${project}`}>
        {project}
      </h2>
      <NavItem to="/$entity/$project" params={params} icon="run" label="Runs" exact />
      <NavItem to="/$entity/$project/artifacts" params={params} icon="artifacts" label="Artifacts" />
    </>
  );
}

function Sidebar() {
  const org = useOrg();
  const viewer = useViewer();
  return (
    <nav className={css.sidebar} aria-label="Main">
      <h2 className={css.heading}>Applications</h2>
      {org ? (
        <NavItem to="/orgs/$org/registry" params={{ org: org.name }} icon="registry" label="Registry" />
      ) : (
        <NavItem to="/registry" icon="registry" label="Registry" />
      )}
      <ProjectNav />
      <h2 className={css.heading}>Teams</h2>
      {org?.teams.map((team) => (
        <NavItem
          key={team.id}
          to="/$entity"
          params={{ entity: team.name }}
          icon="users"
          label={team.name}
          exact
        />
      ))}
      {viewer.username && (
        <NavItem
          to="/$entity"
          params={{ entity: viewer.username }}
          icon="user"
          label={`${viewer.username} (you)`}
          exact
        />
      )}
      <h2 className={css.heading}>Organization</h2>
      {org && (
        <NavItem to="/orgs/$org" params={{ org: org.name }} icon="building" label="People and teams" exact />
      )}
      {viewer.admin && <NavItem to="/admin" icon="storage" label="This server" />}
    </nav>
  );
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

function Frame() {
  // Null until it is opened for the first time: its code is not part of the first page.
  const [palette, setPalette] = useState<boolean | null>(null);
  const [menu, setMenu] = useState(false);
  const path = useRouterState({ select: (state) => state.location.href });
  const { org: orgInPath }: { org?: string } = useParams({ strict: false });
  const viewer = useViewer();

  // Ctrl K also out of a field that is being typed into; the slash not.
  useHotkeys([['mod+K', () => setPalette(true)]], []);
  useHotkeys([['/', () => setPalette(true)]]);
  useEffect(() => setMenu(false), [path]);
  useEffect(() => {
    const org = findOrg(viewer, orgInPath);
    if (org) rememberOrg(org);
  }, [viewer, orgInPath]);

  return (
    <div className={css.shell} data-menu={menu || undefined}>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <header className={css.header}>
        <Button
          className={css.burger}
          variant="subtle"
          color="gray"
          aria-label="Menu"
          aria-expanded={menu}
          onClick={() => setMenu(!menu)}
        >
          <Icon name={menu ? 'close' : 'menu'} size={18} />
        </Button>
        <Link to="/registry" className={css.brand} aria-label="Vitrine">
          <span className={css.mark}>
            <Icon name="registry" size={16} />
          </span>
          <span className={css.word}>Vitrine</span>
        </Link>
        <OrgSwitch />
        <UnstyledButton
          className={css.find}
          onClick={() => setPalette(true)}
          onPointerEnter={() => void loadPalette()}
          aria-label="Search or go to"
        >
          <Icon name="search" size={15} />
          <span className={css.findText}>Search or go to…</span>
          <kbd className={css.kbd}>{isMac ? '⌘' : 'Ctrl'} K</kbd>
        </UnstyledButton>
        <UserMenu />
      </header>
      <Sidebar />
      <main id="main" className={css.main} tabIndex={-1}>
        <Suspense fallback={<LoadingRows />}>
          <Outlet />
        </Suspense>
      </main>
      {palette !== null && (
        <Suspense>
          <Palette opened={palette} close={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}

export function Shell() {
  const viewer = useGql(ViewerDocument, {}, { staleTime: 60_000 });
  const { org = '' }: { org?: string } = useParams({ strict: false });
  const person = viewer.data?.viewer;
  // An administrator of the server also goes where they are not a member.
  const visits = person?.admin === true && org !== '' && !findOrg(person, org);
  const visited = useGql(VisitedOrganizationDocument, { organization: org }, { enabled: visits });
  const other = visits ? visited.data?.organization : null;
  const known = useMemo(
    () => (person && other ? { ...person, organizations: [...person.organizations, other] } : person),
    [person, other],
  );

  if (viewer.isError)
    return (
      <main className={css.main}>
        <Problem error={viewer.error} retry={() => void viewer.refetch()} />
      </main>
    );
  if (!known || (visits && visited.isPending)) return null;
  return (
    <ViewerContext.Provider value={known}>
      <Frame />
    </ViewerContext.Provider>
  );
}
