// What somebody wrote is shown as it was written and never runs, wherever it stands: each place has a line
// in PLACES, and is seen to be shown there.
import { flow, holds } from '../lib/flow.mjs';
import { typeInto } from '../lib/page.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

/** Takes the place of a name: no character in it is forbidden in names. */
const NAME = '<img src=x onerror=window.ran=1>';
const TEXT = `<script>window.ran=1</script>${NAME}<svg onload="window.ran=1"><iframe srcdoc="<script>parent.ran=1</script>"></iframe> [x](javascript:window.ran=1) <a href="javascript:window.ran=1">y</a>`;
const ORG_PAGE = '/orgs/Northwind%20Labs';

const registryPage = `${ORG_PAGE}/registry/${encodeURIComponent(NAME)}`;
const inRegistry = `${registryPage}?selectionPath=${encodeURIComponent(
  `${ORG_ENTITY}/wandb-registry-${NAME}/${NAME}`,
)}&view=membership`;
const own = `/${TEAM}/${PROJECT}/artifacts/report/evil-files/v0`;

/** What holds it, the page that shows it, and text of it that must be there to be read. */
const PLACES = [
  ['a registry in the list', `${ORG_PAGE}/registry`, NAME],
  ['the description of a registry in the list', `${ORG_PAGE}/registry`, '<script>window.ran=1'],
  ['name and description of a registry', registryPage, '<script>window.ran=1'],
  ['types that a registry takes', registryPage, NAME],
  ['collections in a registry', registryPage, NAME],
  ['the settings of a registry', `${registryPage}/settings`, 'Protected Aliases'],
  ['the card of a collection', inRegistry, 'window.ran=1'],
  ['aliases in a table of versions', inRegistry, NAME],
  ['the timeline of aliases', `${inRegistry}&tab=timeline`, NAME],
  ['the history of a collection', `${inRegistry}&tab=history`, NAME],
  ['aliases of a version', `${inRegistry}&version=v0`, NAME],
  ['the code of the Usage tab', `${inRegistry}&version=v0&tab=usage`, NAME],
  ['the description of a version', own, 'window.ran=1'],
  ['metadata, keys and values', `${own}/metadata`, NAME],
  ['names of files and folders', `${own}/files`, NAME],
  ['a file with HTML', `${own}/files/page.html`, '<script>window.ran=1'],
  ['a file with SVG', `${own}/files/picture.svg`, '<script>window.ran=1'],
  ['a file with markdown', `${own}/files/text.md`, 'evil-files'],
  ['a file with a table', `${own}/files/rows.csv`, '<script>'],
  ['a file with JSON', `${own}/files/data.json`, '<script>'],
  ['a file whose name lies about it', `${own}/files/picture.png`, 'picture.png'],
  ['a reference to a script', `${own}/files/reference`, 'javascript:window.ran=1'],
  ['names of runs in the lineage', `${own}/lineage`, NAME],
  ['the creator of a version', own, NAME],
  ['notes, configuration and results of a run', (run) => `/${TEAM}/${PROJECT}/runs/${run}`, NAME],
  ['runs of a project', `/${TEAM}/${PROJECT}`, NAME],
  ['collections in a project', `/${TEAM}/${PROJECT}/artifacts`, NAME],
  ['a comparison', `${own}/compare`, 'evil-files'],
  ['people of an organization', ORG_PAGE, 'Members'],
  ['the storage page', '/admin', NAME],
  [
    'an address that names nothing',
    `${registryPage}?selectionPath=${encodeURIComponent(`a/b/${NAME}`)}`,
    NAME,
  ],
  ['a search that finds nothing', `/${TEAM}/${encodeURIComponent(NAME)}/artifacts`, 'rtifacts'],
];

/** -> the id of the run */
async function prepare(world) {
  const said = world.snippet(`
import json, pathlib, tempfile, wandb
name, text = ${JSON.stringify(NAME)}, ${JSON.stringify(TEXT)}
with wandb.init(entity="${TEAM}", project="${PROJECT}", name=name, notes=text, group=name, job_type=name,
                config={name: text}) as run:
    run.summary[name] = text
    artifact = wandb.Artifact("evil-files", type="report", description=text, metadata={name: text})
    folder = pathlib.Path(tempfile.mkdtemp())
    for file in ["page.html", "picture.svg", "text.md", "rows.csv", "picture.png"]:
        (folder / file).write_text(text)
    (folder / "data.json").write_text(json.dumps({name: text}))
    (folder / name).mkdir()
    (folder / name / (name + ".txt")).write_text(text)
    artifact.add_dir(str(folder))
    artifact.add_reference("javascript:window.ran=1", name="reference", checksum=False)
    run.log_artifact(artifact).wait()
    print(run.id)
`);
  const ask = (query, i) => world.graphql(query, { i });
  await ask('mutation($i: UpdateUserInput!) { updateUser(input: $i) { user { id } } }', { name: NAME });
  await ask('mutation($i: UpsertModelInput!) { upsertModel(input: $i) { inserted } }', {
    entityName: ORG_ENTITY,
    name: `wandb-registry-${NAME}`,
    description: TEXT,
    access: 'PRIVATE',
    allowAllArtifactTypesInRegistry: false,
    artifactTypes: [{ name: NAME }, { name: 'report' }],
  });
  const where = { entityName: ORG_ENTITY, projectName: `wandb-registry-${NAME}` };
  await ask(
    'mutation($i: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $i) { artifactCollection { id } } }',
    { ...where, artifactTypeName: 'report', name: NAME, description: TEXT },
  );
  const { project } = await world.graphql(
    `{ project(name: "${PROJECT}", entityName: "${TEAM}") { artifact(name: "evil-files:v0") { id } } }`,
  );
  await ask('mutation($i: LinkArtifactInput!) { linkArtifact(input: $i) { versionIndex } }', {
    ...where,
    artifactID: project.artifact.id,
    artifactPortfolioName: NAME,
    aliases: [{ artifactCollectionName: NAME, alias: NAME }],
  });
  await ask(
    'mutation($i: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $i) { artifactCollection { id } } }',
    { entityName: TEAM, projectName: PROJECT, artifactTypeName: 'report', name: NAME, description: TEXT },
  );
  return said.trim().split('\n').at(-1);
}

async function judge(page, what) {
  const found = await page.evaluate(() => ({
    ran: window.ran,
    handlers: [...document.querySelectorAll('[onerror], [onload], iframe[srcdoc]')].map((e) => e.outerHTML),
    links: [...document.links].filter((a) => a.protocol === 'javascript:').map((a) => a.outerHTML),
    scripts: [...document.scripts].filter((s) => !s.src && s.textContent).map((s) => s.outerHTML),
  }));
  holds(found.ran === undefined, `${what}: a script ran`);
  for (const kind of ['handlers', 'links', 'scripts'])
    holds(found[kind].length === 0, `${what}: ${kind}: ${found[kind].join(' ')}`);
}

flow('UI-30: what somebody wrote is shown and never runs, in each place', async ({ page, world }) => {
  const run = await prepare(world);
  const faults = [];
  for (const [what, path, text] of PLACES)
    try {
      await page.goto(typeof path === 'string' ? path : path(run));
      await page
        .getByText(text)
        .or(page.locator(`[title*="${text.replaceAll('"', '\\"')}"]`))
        .first()
        .waitFor();
      await page.waitForLoadState('networkidle');
      await judge(page, what);
    } catch (error) {
      faults.push(`${what} (${page.url()}): ${error.message.split('\n')[0]}`);
    }
  holds(faults.length === 0, faults.join('\n'));
});

flow('UI-30: tags take no markup, and the refusal of one is text', async ({ page }) => {
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v0`);
  await page.getByRole('button', { name: 'Add tag' }).click();
  await typeInto(page, page.getByRole('textbox', { name: 'New tag' }), NAME);
  await page.keyboard.press('Enter');
  await page.getByText('Tags must only contain alphanumeric characters').waitFor();
  await judge(page, 'a tag that is none');
});

flow('UI-30: what was typed into a search is text', async ({ page }) => {
  await page.goto(`${ORG_PAGE}/registry`);
  await page.getByRole('searchbox', { name: 'Search the registry' }).fill(`${NAME} nowhere`);
  await page.getByText(`Nothing found for '${NAME} nowhere'`).waitFor();
  await judge(page, 'a search');
});

for (const next of [
  '//example.invalid/',
  '/\\example.invalid/',
  '/\t/example.invalid/',
  'javascript:window.ran=1',
])
  flow(
    `UI-30: signing in leads to no other place: ${JSON.stringify(next)}`,
    async ({ page, visitor }) => {
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await visitor.giveName('grace');
      await page.getByRole('heading', { name: 'Registry', exact: true }).waitFor();
      await judge(page, 'after signing in');
    },
    { as: null },
  );
