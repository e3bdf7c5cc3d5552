#!/usr/bin/env node
// Runs the flows in flows/*.mjs against one server, one after the other, and reports TAP.
//
// usage: run.mjs [WORD...]     only flows whose file or name contains one of the words
//
// A flow that fails leaves a picture of its page in $VITRINE_LOGS.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch, Visitor } from './lib/browser.mjs';
import { flows } from './lib/flow.mjs';
import { World } from './lib/world.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const logs = process.env.VITRINE_LOGS ?? tmpdir();

for (const file of readdirSync(join(here, 'flows')).sort()) {
  const before = flows.length;
  await import(join(here, 'flows', file));
  for (const each of flows.slice(before)) each.name = `${file.replace(/\.mjs$/, '')}: ${each.name}`;
}
const wanted = flows.filter((each) => words.length === 0 || words.some((word) => each.name.includes(word)));

async function runOne(browser, world, each) {
  const visitor = await Visitor.arrive(browser, world.url, each.options);
  try {
    if (each.as) await visitor.signIn(each.as);
    await each.work({ world, visitor, page: visitor.page, browser });
  } catch (error) {
    const picture = join(logs, `web-${each.name.replace(/\W+/g, '-')}.png`);
    await visitor.page.screenshot({ path: picture }).catch(() => undefined);
    error.message += ` (at ${visitor.page.url()}; picture: ${picture}; ${visitor.problems.join('; ')})`;
    await visitor.context.close();
    throw error;
  }
  await visitor.leave();
}

console.log('TAP version 13');
const folder = mkdtempSync(join(process.env.VITRINE_TMP ?? tmpdir(), 'web-'));
const world = new World(folder);
let failed = 0;
try {
  await world.start();
  const browser = await launch();
  for (const [index, each] of wanted.entries()) {
    try {
      await runOne(browser, world, each);
      console.log(`ok ${index + 1} - ${each.name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${index + 1} - ${each.name}`);
      for (const line of `${error.message}\n${error.stack}`.split('\n').slice(0, 30))
        console.log(`# ${line}`);
    }
  }
  await browser.close();
  console.log(`1..${wanted.length}`);
} finally {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed > 0 ? 1 : 0);
