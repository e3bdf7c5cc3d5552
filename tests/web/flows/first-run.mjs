// A fresh server: what is said before anybody has a password, and from its first minute to a linked version.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { Visitor } from '../lib/browser.mjs';
import { flow, holds } from '../lib/flow.mjs';
import { copiedBy } from '../lib/page.mjs';
import { PROGRAM, World } from '../lib/world.mjs';

/** A server of its own, just started; -> { world, said(pattern), stop() }. */
async function fresh(options) {
  const world = new World(mkdtempSync(join(process.env.VITRINE_TMP ?? '/tmp', 'fresh-')));
  const child = spawn(PROGRAM, ['serve', '--data', world.data, '--listen', '127.0.0.1:0', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const said = async (pattern) => {
    for (let i = 0; i < 200 && !pattern.test(text); i++) await new Promise((done) => setTimeout(done, 50));
    holds(pattern.test(text), `it said ${pattern}: ${text}`);
    return pattern.exec(text)[1];
  };
  world.url = await said(/listening on (\S+)/);
  const stop = async () => {
    const ended = new Promise((done) => child.on('exit', done));
    child.kill('SIGTERM');
    await ended;
    rmSync(world.folder, { recursive: true, force: true });
  };
  return { world, said, stop };
}

flow(
  'UI-27: from a new server to the first linked version in less than two minutes',
  async ({ browser }) => {
    const start = Date.now();
    const { world, said, stop } = await fresh(['--first-run']);
    const visitor = await Visitor.arrive(browser, world.url);
    try {
      const { page } = visitor;
      const name = await said(/user (\S+), password/);
      const password = await said(/password (\w{16})/);
      await page.goto('/');
      await page.getByLabel('User name or e-mail address').fill(name);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'model', exact: true }).waitFor();
      await page.getByRole('link', { name: 'dataset', exact: true }).waitFor();
      await page.goto('/authorize');
      await page.getByLabel('What is it for?').fill('first');
      await page.getByRole('button', { name: 'Make a new key' }).click();
      await page.getByText(`wandb login --host=${world.url}`).waitFor();
      world.keys.first = await copiedBy(page, page.getByRole('button', { name: 'Copy API key' }));
      world.snippet(
        `import wandb
with wandb.init(entity="team", project="hello") as run:
    artifact = wandb.Artifact("greeting", type="model")
    with artifact.new_file("hello.txt") as file:
        file.write("hello")
    run.link_artifact(run.log_artifact(artifact), "wandb-registry-model/Greetings")`,
        'first',
      );
      await page.goto('/registry/');
      await page.getByRole('link', { name: 'model', exact: true }).click();
      await page.getByRole('link', { name: 'Greetings', exact: true }).waitFor();
      holds(Date.now() - start < 120_000, `it took ${(Date.now() - start) / 1000} seconds`);
    } finally {
      await visitor.leave().finally(stop);
    }
  },
  { as: null },
);

flow(
  'UI-27: a server where nobody has a password says how to give somebody one',
  async ({ browser }) => {
    const { world, stop } = await fresh([]);
    const visitor = await Visitor.arrive(browser, world.url);
    try {
      await visitor.page.goto('/registry/');
      await visitor.page.getByText('Nobody on this server has a password yet').waitFor();
      await visitor.page
        .getByText(/vitrined user passwd/)
        .first()
        .waitFor();
    } finally {
      await visitor.leave().finally(stop);
    }
  },
  { as: null },
);
