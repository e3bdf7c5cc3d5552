#!/usr/bin/env node
// Takes pictures of every page and of the states in lib/pages.mjs, light and dark, wide and narrow, on the
// data of the tests.
//
// usage: screenshots.mjs FOLDER [WORD...]      only pictures whose name contains one of the words
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { launch, Visitor } from './lib/browser.mjs';
import { MORE_PAGES, PAGES, STATES } from './lib/pages.mjs';
import { World } from './lib/world.mjs';

const folder = resolve(process.argv[2] ?? 'screenshots');
const words = process.argv.slice(3);
const SETTLE_MS = 450;
let failed = 0;

async function take(visitor, name, path, work) {
  const { page } = visitor;
  if (words.length > 0 && !words.some((word) => name.includes(word))) return;
  try {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
    await work?.(page);
    await page.waitForTimeout(SETTLE_MS);
  } catch (error) {
    failed++;
    console.error(`${name}: ${error.message.split('\n')[0]}`);
  }
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

mkdirSync(folder, { recursive: true });
const data = mkdtempSync(join(process.env.VITRINE_TMP ?? tmpdir(), 'web-'));
const world = new World(data);
try {
  await world.start();
  const browser = await launch();
  for (const colorScheme of ['light', 'dark'])
    for (const width of [1440, 390]) {
      const visitor = await Visitor.arrive(browser, world.url, {
        colorScheme,
        viewport: { width, height: 900 },
      });
      // Some pages are about what is not there.
      visitor.expect(404);
      visitor.page.setDefaultTimeout(8_000);
      const end = `${colorScheme}-${width}`;
      await take(visitor, `sign-in-${end}`, '/login');
      await visitor.signIn('ada');
      for (const [name, path] of Object.entries({ ...PAGES, ...MORE_PAGES }))
        await take(visitor, `${name}-${end}`, path);
      for (const [name, { path, work, narrow }] of Object.entries(STATES))
        if (narrow === undefined || narrow === width < 860) await take(visitor, `${name}-${end}`, path, work);
      await visitor.leave().catch((error) => {
        failed++;
        console.error(error.message);
      });
    }
  await browser.close();
} finally {
  await world.stop();
  rmSync(data, { recursive: true, force: true });
}
process.exit(failed > 0 ? 1 : 0);
