#!/usr/bin/env node
// Takes pictures of the main pages, light and dark, wide and narrow, on the data of the tests.
//
// usage: screenshots.mjs FOLDER
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { launch, Visitor } from './lib/browser.mjs';
import { PAGES } from './lib/pages.mjs';
import { World } from './lib/world.mjs';

const folder = resolve(process.argv[2] ?? 'screenshots');
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
      await visitor.signIn('ada');
      for (const [name, path] of Object.entries(PAGES)) {
        await visitor.page.goto(path);
        await visitor.page.waitForLoadState('load');
        await visitor.page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
        await visitor.page.waitForTimeout(700);
        await visitor.page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
      }
      await visitor.leave();
    }
  await browser.close();
} finally {
  await world.stop();
  rmSync(data, { recursive: true, force: true });
}
