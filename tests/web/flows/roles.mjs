// Every role on every kind of page: who may do something sees the button, who may not sees none; a page
// that somebody may not see says so; and never does a request fail.
import { flow, holds, until } from '../lib/flow.mjs';
import { ORG, ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BASE = '/orgs/Northwind%20Labs';
const OPEN = 'Fine-tuned Models';
const HIDDEN = 'Speech';
const ROLES = ['restricted_viewer', 'viewer', 'member', 'admin'];

function place(registry, collection) {
  const path = `${BASE}/registry/${encodeURIComponent(registry)}`;
  const selection = encodeURIComponent(`${ORG_ENTITY}/wandb-registry-${registry}/${collection}`);
  return `${path}?selectionPath=${selection}&view=membership`;
}

const collection = place(OPEN, 'signs-edge');

/** [address, what is always there, {button: from which role on}] */
const REGISTRY_PAGES = [
  [`${BASE}/registry/${encodeURIComponent(OPEN)}`, OPEN, { 'Create collection': 'member' }],
  [collection, 'signs-edge', { 'Edit description': 'member', 'Add tag': 'member' }],
  [`${collection}&version=v0`, 'signs-edge', { 'Add alias': 'member' }],
  [`${collection}&version=v0&tab=metadata`, 'framework', {}],
  [`${collection}&version=v0&tab=usage`, 'Usage API', {}],
  [`${collection}&version=v0&tab=files`, 'signs-edge', {}],
  [`${collection}&version=v0&tab=lineage`, 'signs-edge', {}],
  [
    `${BASE}/registry/${encodeURIComponent(OPEN)}/settings`,
    'Protected Aliases',
    { 'Add access': 'admin', 'Delete registry': 'admin', 'Add alias': 'admin', 'Save types': 'member' },
  ],
];

async function signIn(visitor, name) {
  const { page } = visitor;
  await page.goto('/login');
  await visitor.giveName(name);
  await page.getByRole('button', { name: `Account of ${name}` }).waitFor();
}

async function open(page, address, there) {
  await page.goto(address);
  await page.getByRole('main').getByText(there, { exact: false }).first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
}

async function buttons(page, address, there, expected) {
  await open(page, address, there);
  const wrong = [];
  const main = page.getByRole('main');
  // Those that must come first: when they are there, so would be those that must not.
  for (const [name, wanted] of Object.entries(expected).sort(([, a], [, b]) => Number(b) - Number(a))) {
    const either = main
      .getByRole('button', { name, exact: true })
      .or(main.getByRole('link', { name, exact: true }));
    await until(async () => (await either.count()) > 0 === wanted, name).catch(() =>
      wrong.push(`'${name}' ${wanted ? 'is not' : 'is'} on ${address}`),
    );
  }
  return wrong;
}

/** Everything that a role decides; -> what is not as it should be. */
async function look(page, can, role) {
  const rank = ROLES.indexOf(role);
  const wrong = [];
  for (const [address, there, expected] of REGISTRY_PAGES) {
    const wanted = Object.fromEntries(
      Object.entries(expected).map(([name, least]) => [name, rank >= ROLES.indexOf(least)]),
    );
    wrong.push(...(await buttons(page, address, there, wanted)));
  }
  wrong.push(
    ...(await buttons(page, `${BASE}/registry`, 'Registry', {
      'Create registry': can.create && rank >= ROLES.indexOf('member'),
    })),
    ...(await buttons(page, BASE, 'People', {
      'Create team': can.create,
      'Add person': can.organization,
      'New service account': can.organization,
    })),
    ...(await buttons(page, `/teams/${TEAM}/settings`, 'Team Settings', {
      'Add person': can.organization,
      'New service account': can.organization,
      'Review and save settings': can.organization,
    })),
  );
  await open(page, `${BASE}/registry/${HIDDEN}`, can.hidden ? HIDDEN : 'Not found');
  await open(page, `${BASE}/registry/${HIDDEN}/settings`, can.hidden ? 'Protected Aliases' : 'Not found');
  await open(page, `/${TEAM}`, can.source ? PROJECT : 'You may not see its projects');
  for (const tail of [
    '',
    '/artifacts',
    '/artifacts/model/sign-detector',
    '/artifacts/model/sign-detector/v0',
  ])
    await open(page, `/${TEAM}/${PROJECT}${tail}`, can.source ? /sign-detector|train-1/ : 'Not found');
  await open(page, '/admin', can.server ? 'This server' : 'You may not see this page');
  await open(page, '/admin/audit', can.server ? 'Audit log' : 'You may not see this page');
  await open(page, '/settings', 'API keys');
  return wrong;
}

async function give(world, name, role) {
  const { project } = await world.graphql(
    `{project(entityName:"${ORG_ENTITY}",name:"wandb-registry-${OPEN}"){id}}`,
  );
  const { viewer } = await world.graphql('{viewer{id}}', {}, name);
  await world.graphql('mutation($i:UpdateProjectMemberInput!){updateProjectMember(input:$i){success}}', {
    i: { projectId: project.id, userId: viewer.id, userProjectRole: role },
  });
}

function actor(title, { name, organization = null, options = [], role = null, seen, can }) {
  flow(
    `UI-18: ${title}`,
    async ({ page, visitor, world }) => {
      world.user(name, options);
      if (organization) world.operate(['org', 'member', 'set', ORG, name, organization]);
      if (role) await give(world, name, role);
      await signIn(visitor, name);
      const wrong = await look(page, can, seen ?? role);
      holds(wrong.length === 0, wrong.join('\n'));
    },
    { as: null },
  );
}

const plain = { create: true, organization: false, hidden: false, source: false, server: false };
actor('nothing given: what the organization gives', {
  name: 'r-none',
  organization: 'member',
  seen: 'restricted_viewer',
  can: plain,
});
actor('a viewer of the organization makes nothing', {
  name: 'r-orgviewer',
  organization: 'viewer',
  seen: 'restricted_viewer',
  can: { ...plain, create: false },
});
for (const role of ROLES)
  actor(`${role.replace('_', ' ')} of the registry`, {
    name: `r-${role.replace('_', '')}`,
    organization: 'member',
    role,
    can: plain,
  });
actor('an admin of the organization', {
  name: 'r-orgadmin',
  organization: 'admin',
  seen: 'admin',
  can: { ...plain, organization: true, hidden: true },
});
actor('an administrator of the server', {
  name: 'r-instance',
  options: ['--admin'],
  seen: 'admin',
  can: { create: true, organization: true, hidden: true, source: true, server: true },
});

flow(
  'UI-18: somebody of no organization sees that, and nothing else',
  async ({ page, visitor }) => {
    await signIn(visitor, 'olga');
    await open(page, '/registry/', 'You are in no organization yet');
    await open(page, BASE, 'Not found');
    await open(page, `${BASE}/registry`, 'Not found');
    for (const [address] of REGISTRY_PAGES) await open(page, address, 'Not found');
    await open(page, `/teams/${TEAM}/settings`, 'Not found');
    await open(page, `/${TEAM}`, 'You may not see its projects');
    await open(page, `/${ORG_ENTITY}`, 'Not found');
    await open(page, `/${TEAM}/${PROJECT}`, 'Not found');
    await open(page, `/${TEAM}/${PROJECT}/runs/none`, 'Not found');
    await open(page, '/olga', 'No project yet');
    await open(page, '/grace', 'They are for grace alone');
    await open(page, '/admin', 'You may not see this page');
    await open(page, '/nowhere/at/all', 'Not found');
  },
  { as: null },
);

flow(
  'UI-18: a member of the team logs, a viewer of it looks',
  async ({ page, visitor, world }) => {
    world.user('r-teamviewer');
    world.operate(['org', 'member', 'set', ORG, 'r-teamviewer', 'member']);
    world.operate(['team', 'member', 'set', TEAM, 'r-teamviewer', 'viewer']);
    await signIn(visitor, 'r-teamviewer');
    await open(page, `/${TEAM}`, PROJECT);
    const wrong = await buttons(
      page,
      `/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v0`,
      'sign-detector',
      {
        'Add alias': false,
        'Add tag': false,
        'Edit description': false,
      },
    );
    wrong.push(...(await buttons(page, `/teams/${TEAM}/settings`, 'Team Settings', { 'Add person': false })));
    holds(wrong.length === 0, wrong.join('\n'));
  },
  { as: null },
);
