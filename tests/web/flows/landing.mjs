// The landing page of the Registry App, making registries, and what pages show while they wait or when
// the server fails.
import { becomes, equal, flow } from '../lib/flow.mjs';
import { answered, typeInto } from '../lib/page.mjs';
import { ORG_ENTITY, PROJECT, TEAM } from '../lib/world.mjs';

const BASE = '/orgs/Northwind%20Labs/registry';
const path = (collection) => encodeURIComponent(`${ORG_ENTITY}/wandb-registry-model/${collection}`);
const COLLECTION = `${BASE}/model?selectionPath=${path('Sign Detector')}&view=membership`;

flow('UI-01: the card of a registry says what it is', async ({ page }) => {
  await page.goto('/');
  const main = page.getByRole('navigation', { name: 'Main' });
  await main.getByText('Applications').waitFor();
  await main.getByRole('link', { name: 'Registry' }).click();
  await page.getByRole('searchbox', { name: 'Search the registry' }).waitFor();
  await page.getByRole('button', { name: 'Create registry' }).waitFor();
  const card = page.getByRole('list', { name: 'Registries' }).getByRole('listitem');
  const tuned = card.filter({ hasText: 'Fine-tuned Models' });
  for (const text of ['Models that were trained further', 'model', 'Organization', 'Admin'])
    await tuned.getByText(text).first().waitFor();
  const speech = card.filter({ hasText: 'Not for everybody yet.' });
  for (const text of ['All types', 'Restricted']) await speech.getByText(text).waitFor();
});

flow(
  'UI-01: a new organization has two registries',
  async ({ page, visitor, world }) => {
    world.user('otto');
    world.operate(['org', 'add', 'Fresh', '--admin', 'otto']);
    await visitor.signIn('otto');
    const cards = page.getByRole('list', { name: 'Registries' }).getByRole('heading');
    await cards.first().waitFor();
    await becomes(async () => (await cards.allInnerTexts()).sort(), ['dataset', 'model'], 'cards');
  },
  { as: null },
);

flow('UI-02: the star is at the top of the registry and of its settings, too', async ({ page }) => {
  await page.goto(`${BASE}/dataset`);
  await answered(page, 'StarProject', () => page.getByRole('button', { name: 'Star dataset' }).click());
  await page.getByRole('button', { name: 'Unstar dataset' }).waitFor();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByText('Protected Aliases').first().waitFor();
  const unstar = page.getByRole('button', { name: 'Unstar dataset' });
  await answered(page, 'StarProject', () => unstar.click());
  await page.getByRole('button', { name: 'Star dataset' }).waitFor();
  await page.goto(BASE);
  await page.getByRole('button', { name: 'Star dataset' }).waitFor();
});

flow('UI-03: a restricted registry of named types; who makes it is its admin', async ({ page }) => {
  await page.goto(BASE);
  await page.getByRole('button', { name: 'Create registry' }).click();
  const form = page.getByRole('dialog', { name: 'Create registry' });
  await form.getByRole('button', { name: 'Create registry' }).click();
  await form.getByText('Registry name cannot be empty.').waitFor();
  await form.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(114));
  await form.getByText('at most 113 characters').waitFor();
  await form.getByRole('textbox', { name: 'Name' }).fill('Golden Sets');
  await form.getByRole('textbox', { name: 'Description' }).fill('Checked by hand.');
  await form.getByRole('textbox', { name: 'Registry visibility' }).click();
  await page.getByRole('option', { name: 'Restricted' }).click();
  await form.getByRole('textbox', { name: 'Accepted artifacts type' }).click();
  await page.getByRole('option', { name: 'Specify types' }).click();
  await form.getByText('A type cannot be removed once it is saved.').waitFor();
  await form.getByRole('button', { name: 'Create registry' }).click();
  await form.getByText('Name at least one type').waitFor();
  const types = form.getByRole('textbox', { name: 'Types' });
  for (const type of ['dataset', 'labels']) {
    await types.fill(type);
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Backspace');
  await types.fill('masks');
  await page.keyboard.press('Enter');
  await form.getByRole('button', { name: 'Create registry' }).click();
  await page.getByRole('heading', { name: 'Golden Sets' }).waitFor();
  for (const text of ['Restricted', 'dataset', 'masks', 'Checked by hand.'])
    await page.getByText(text, { exact: true }).first().waitFor();
  equal(await page.getByText('labels', { exact: true }).count(), 0, 'types that were taken back');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const role = page.getByRole('textbox', { name: 'Registry role of ada' });
  await role.waitFor();
  await becomes(() => role.inputValue(), 'Admin', 'the role of its maker');
});

flow('UI-16: the icon of a registry is chosen, shown on its card, and taken back', async ({ page }) => {
  const icon = page.locator('[data-picture="graph"][data-hue="3"]');
  await page.goto(`${BASE}/Speech/settings`);
  const section = page.getByRole('region', { name: 'Icon' });
  await section.getByRole('button', { name: 'Picture graph' }).click();
  await section.getByRole('button', { name: 'Picture graph', pressed: true }).waitFor();
  await section.getByRole('button', { name: 'Color orange' }).click();
  await section.getByRole('button', { name: 'Color orange', pressed: true }).waitFor();
  await icon.first().waitFor();
  await page.goto(BASE);
  await page
    .getByRole('list', { name: 'Registries' })
    .getByRole('listitem')
    .filter({ hasText: 'Speech' })
    .locator(icon)
    .waitFor();
  await page.goto(`${BASE}/Speech`);
  await page.getByRole('heading', { name: 'Speech' }).locator(icon).waitFor();
  await page.goto(`${BASE}/Speech/settings`);
  for (const name of ['Picture automatic', 'Color automatic']) {
    await section.getByRole('button', { name }).click();
    await section.getByRole('button', { name, pressed: true }).waitFor();
  }
  await icon.first().waitFor({ state: 'detached' });
});

flow(
  'UI-16: who is no admin of a registry sees its icon and no choice',
  async ({ page }) => {
    await page.goto(`${BASE}/model/settings`);
    const section = page.getByRole('region', { name: 'Icon' });
    await section.locator('[data-picture="cube"]').waitFor();
    equal(await section.getByRole('button').count(), 0, 'buttons');
  },
  { as: 'linus' },
);

flow(
  'UI-15: who may not see a registry finds nothing of it',
  async ({ page, world }) => {
    const made = await world.graphql(
      `mutation($i: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $i) { artifactCollection { id } } }`,
      {
        i: {
          entityName: ORG_ENTITY,
          projectName: 'wandb-registry-Speech',
          artifactTypeName: 'model',
          name: 'Whisperer',
        },
      },
    );
    await page.goto(BASE);
    await page.getByRole('link', { name: 'model', exact: true }).waitFor();
    equal(await page.getByRole('link', { name: 'Speech', exact: true }).count(), 0, 'cards of it');
    const bar = page.getByRole('searchbox', { name: 'Search the registry' });
    for (const text of ['Speech', 'Whisperer']) {
      await bar.fill(text);
      await page.getByText(`Nothing found for '${text}'`).waitFor();
    }
    await page.goto(`${BASE}/Speech`);
    await page.getByText('Not found').waitFor();
    // Other flows want the registry to be empty.
    await world.graphql(
      `mutation($i: DeleteArtifactPortfolioInput!) { deleteArtifactPortfolio(input: $i) { artifactCollection { id } } }`,
      { i: { artifactPortfolioID: made.createArtifactPortfolio.artifactCollection.id } },
    );
  },
  { as: 'linus' },
);

const LISTS = {
  Registries: BASE,
  RegistryCollections: `${BASE}/model`,
  CollectionVersions: COLLECTION,
  CollectionHistory: `${COLLECTION}&tab=history`,
  VersionPage: `${COLLECTION}&version=v2`,
  VersionUses: `${COLLECTION}&version=v2&tab=usage`,
  ProjectCollections: `/${TEAM}/${PROJECT}/artifacts`,
};

flow('UI-30: a list that cannot be had says so, and can be asked for again', async ({ page, visitor }) => {
  visitor.expect(500);
  for (const [operation, address] of Object.entries(LISTS)) {
    let broken = true;
    await page.route('**/graphql', async (route) => {
      if (broken && route.request().postDataJSON().operationName === operation)
        await route.fulfill({
          status: 500,
          json: { data: null, errors: [{ message: `No ${operation} today.` }] },
        });
      else await route.fallback();
    });
    await page.goto(address);
    const alert = page.getByRole('alert').filter({ hasText: `No ${operation} today.` });
    await alert.waitFor();
    broken = false;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
  }
});

flow('UI-30: a list that is slow shows that it comes', async ({ page }) => {
  for (const [operation, address] of Object.entries(LISTS)) {
    let go;
    const held = new Promise((done) => (go = done));
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().operationName === operation) await held;
      await route.fallback();
    });
    await page.goto(address);
    await page.getByLabel('Loading').first().waitFor();
    go();
    await page.getByLabel('Loading').first().waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
  }
});

flow('UI-30: what is empty shows the code that fills it', async ({ page, world }) => {
  await world.graphql(`mutation($i: UpsertModelInput!) { upsertModel(input: $i) { inserted } }`, {
    i: {
      entityName: ORG_ENTITY,
      name: 'wandb-registry-Void',
      access: 'PRIVATE',
      allowAllArtifactTypesInRegistry: true,
    },
  });
  await world.graphql(`mutation($i: UpsertModelInput!) { upsertModel(input: $i) { inserted } }`, {
    i: { entityName: TEAM, name: 'void' },
  });
  const code = page.getByRole('region', { name: 'Code' });
  const shows = async (address, text) => {
    await page.goto(address);
    await code.filter({ hasText: text }).first().waitFor();
  };
  await shows(`${BASE}/Void`, `target_path="${ORG_ENTITY}/wandb-registry-Void/<COLLECTION>"`);
  await shows(`/${TEAM}/void/artifacts`, `wandb.init(entity="${TEAM}", project="void")`);
  await world.graphql(
    `mutation($i: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $i) { artifactCollection { id } } }`,
    {
      i: {
        entityName: ORG_ENTITY,
        projectName: 'wandb-registry-Void',
        artifactTypeName: 'model',
        name: 'bare',
      },
    },
  );
  const bare = `${BASE}/Void?selectionPath=${encodeURIComponent(`${ORG_ENTITY}/wandb-registry-Void/bare`)}&view=membership`;
  await shows(bare, `target_path="${ORG_ENTITY}/wandb-registry-Void/bare"`);
  await shows(`${bare}&tab=timeline`, 'artifact.aliases.append');
  await page.getByRole('tab', { name: 'Action History' }).click();
  await page.getByText('Collection created').waitFor();
});

flow('UI-30: a change that the server refuses goes back, with its words', async ({ page, visitor }) => {
  visitor.expect(400);
  await page.goto(`${COLLECTION}&version=v0`);
  await page.route('**/graphql', async (route) => {
    if (route.request().postDataJSON().operationName === 'AddAliases')
      await route.fulfill({
        status: 400,
        json: { data: null, errors: [{ message: 'Not with that alias.' }] },
      });
    else await route.fallback();
  });
  await page.getByRole('button', { name: 'Add alias' }).click();
  await typeInto(page, page.getByRole('textbox', { name: 'New alias' }), 'refused');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Not with that alias.').waitFor();
  await page.getByRole('button', { name: 'Remove alias refused' }).waitFor({ state: 'detached' });
  await becomes(() => page.getByText('refused', { exact: true }).count(), 0, 'the chip went back');
});

flow('UI-24: a version is compared with another that one picks', async ({ page }) => {
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/sign-detector/v2`);
  await page.getByRole('button', { name: 'More for v2' }).click();
  await page.getByRole('menuitem', { name: 'Compare with another version' }).click();
  await page.getByRole('tab', { name: 'Compare' }).waitFor();
  await page.waitForURL('**/compare*');
});

flow('UI-12: the source of a protected link is deleted by nobody', async ({ page, visitor, world }) => {
  visitor.expect(403);
  visitor.expect(409);
  visitor.expect(400);
  world.snippet(`
import pathlib, tempfile, wandb
with wandb.init(entity="${TEAM}", project="${PROJECT}") as run:
    artifact = wandb.Artifact("held", type="model")
    file = pathlib.Path(tempfile.mkdtemp()) / "data.bin"
    file.write_bytes(b"held")
    artifact.add_file(str(file))
    run.log_artifact(artifact).wait()
    run.link_artifact(artifact, "wandb-registry-model/Held", aliases=["golden"])
`);
  await page.goto(`${BASE}/model/settings`);
  const section = page.getByRole('region', { name: 'Protected Aliases' });
  await section.getByRole('button', { name: 'Add alias' }).click();
  await section.getByRole('textbox', { name: 'New alias' }).fill('golden');
  await answered(page, 'ProtectAlias', () => page.keyboard.press('Enter'));
  await section.getByRole('button', { name: 'Remove alias golden' }).waitFor();
  await page.goto(`/${TEAM}/${PROJECT}/artifacts/model/held/v0`);
  await page.getByRole('button', { name: 'More for v0' }).click();
  await page.getByRole('menuitem', { name: 'Delete version' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete version' }).click();
  await page
    .getByRole('alert')
    .getByText(/protected/)
    .first()
    .waitFor();
  await page.reload();
  await page.getByText('Full Name').waitFor();
  await page.goto(`${BASE}/model/settings`);
  const remove = section.getByRole('button', { name: 'Remove alias golden' });
  await answered(page, 'UnprotectAlias', () => remove.click());
  await section.getByText('None').waitFor();
});
