// Every kind of page, light and dark, wide and narrow: it comes, it says nothing on the console, nothing
// sticks out at the side, and the checks of accessibility find nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { flow, holds } from '../lib/flow.mjs';
import { PAGES } from '../lib/pages.mjs';

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

for (const [colorScheme, width] of [
  ['light', 1440],
  ['dark', 390],
])
  flow(
    `${colorScheme}, ${width} wide`,
    async ({ page }) => {
      const found = [];
      for (const [name, path] of Object.entries(PAGES)) {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) found.push(`${name}: ${wide} pixels stick out`);
        for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
      }
      holds(found.length === 0, found.join('\n'));
    },
    { options: { colorScheme, viewport: { width, height: 900 } } },
  );
