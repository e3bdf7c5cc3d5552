// Every page, and what opens on it, light and dark, wide and narrow: it comes, it says nothing on the console, nothing
// sticks out at the side, and the checks of accessibility find nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { flow, holds } from '../lib/flow.mjs';
import { still } from '../lib/page.mjs';
import { MORE_PAGES, PAGES, STATES } from '../lib/pages.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function faults(page) {
  // Through the debugger, because the page's policy allows no script of ours.
  await page.evaluate(`${axe}; undefined`);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }),
  );
  return result.violations.map(
    (v) =>
      `${v.id}: ${v.nodes
        .slice(0, 3)
        .map((n) => n.html.slice(0, 160))
        .join(' | ')}`,
  );
}

async function look(page, name, found) {
  await page.waitForLoadState('networkidle');
  await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
  // What opens fades in, and half of it has half of the contrast.
  await still(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) found.push(`${name}: ${wide} pixels stick out`);
  for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
}

async function visit(page, places, width) {
  const found = [];
  for (const [name, { path, work, narrow }] of Object.entries(places)) {
    if (narrow && width > 800) continue;
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await work?.(page);
    await look(page, name, found);
  }
  holds(found.length === 0, found.join('\n'));
}

const plain = (addresses) =>
  Object.fromEntries(Object.entries(addresses).map(([name, path]) => [name, { path }]));

for (const [colorScheme, width] of [
  ['light', 1440],
  ['dark', 390],
])
  for (const [what, places] of [
    ['pages', plain(PAGES)],
    ['more pages, empty ones and those that are not there', plain(MORE_PAGES)],
    ['what opens on pages', STATES],
  ])
    flow(`UI-30: ${what}, ${colorScheme}, ${width} wide`, ({ page }) => visit(page, places, width), {
      options: { colorScheme, viewport: { width, height: 900 } },
    });
