// Lineage on a phone: all of it is seen at first, fingers move and enlarge it, and it can be read as a list.
import { becomes, equal, flow, holds, until } from '../lib/flow.mjs';
import { PAGES } from '../lib/pages.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const HOW_FAR = 60;

/** How the graph is moved and enlarged: [x, y, zoom]. */
const viewOf = (page) =>
  page.locator('.react-flow__viewport').evaluate((element) => {
    const { e, f, a } = new DOMMatrix(getComputedStyle(element).transform);
    return [e, f, a];
  });

async function opened(page) {
  await page.goto(PAGES.lineage);
  const canvas = page.getByRole('group', { name: 'Lineage graph' });
  await canvas.locator('.react-flow__node').first().waitFor();
  let before;
  await until(async () => {
    const now = JSON.stringify(await viewOf(page));
    const calm = now === before;
    before = now;
    // Two looks within one frame say nothing.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    return calm;
  }, 'the graph stands still');
  await canvas.scrollIntoViewIfNeeded();
  return canvas;
}

/** Fingers, each from where to where. */
async function touch(page, fingers) {
  const client = await page.context().newCDPSession(page);
  const at = (part) =>
    fingers.map(([from, to], id) => ({
      id,
      x: from[0] + (to[0] - from[0]) * part,
      y: from[1] + (to[1] - from[1]) * part,
    }));
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let i = 1; i <= 8; i++)
    await client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(i / 8) });
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

flow(
  'UI-14: on a phone lineage fits its place, and its buttons are large enough',
  async ({ page }) => {
    const canvas = await opened(page);
    const box = await canvas.boundingBox();
    const nodes = canvas.locator('.react-flow__node');
    await until(async () => (await nodes.count()) >= 6, 'nodes');
    const outside = async () => {
      const found = [];
      for (const node of await nodes.all()) {
        const at = await node.boundingBox();
        const inside =
          at.x >= box.x &&
          at.x + at.width <= box.x + box.width &&
          at.y >= box.y &&
          at.y + at.height <= box.y + box.height;
        if (!inside) found.push(await node.textContent());
      }
      return found;
    };
    await becomes(outside, [], 'out of sight');
    for (const name of ['Zoom In', 'Zoom Out', 'Fit View']) {
      const at = await page.getByRole('button', { name }).boundingBox();
      holds(
        at.width >= 40 && at.height >= 40 && at.x + at.width <= 390,
        `${name} can be touched: ${JSON.stringify(at)}`,
      );
    }
    const [, , before] = await viewOf(page);
    await page.getByRole('button', { name: 'Zoom In' }).click();
    await until(async () => (await viewOf(page))[2] > before, 'a larger graph');
  },
  { options: PHONE },
);

flow(
  'UI-14: on a phone one finger moves lineage, also from a node, and two enlarge it',
  async ({ page }) => {
    const canvas = await opened(page);
    const scrolled = () => page.evaluate(() => window.scrollY);
    const top = await scrolled();
    const node = await canvas.getByTitle('train-3', { exact: true }).boundingBox();
    const at = [node.x + 10, node.y + 5];
    let [x, y, zoom] = await viewOf(page);
    await touch(page, [[at, [at[0] - HOW_FAR, at[1] - HOW_FAR]]]);
    await until(async () => {
      const [x2, y2] = await viewOf(page);
      return x - x2 > HOW_FAR / 2 && y - y2 > HOW_FAR / 2;
    }, 'the graph follows the finger');
    equal(await scrolled(), top, 'the page stays');
    [x, y, zoom] = await viewOf(page);
    const box = await canvas.boundingBox();
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    await touch(page, [
      [
        [cx - 30, cy],
        [cx - 120, cy],
      ],
      [
        [cx + 30, cy],
        [cx + 120, cy],
      ],
    ]);
    await until(async () => (await viewOf(page))[2] > zoom * 1.5, 'a larger graph');
    equal(await scrolled(), top, 'the page still stays');
  },
  { options: PHONE },
);

flow(
  'UI-14: lineage as a list',
  async ({ page }) => {
    await opened(page);
    await page.getByText('List', { exact: true }).click();
    const from = page.getByRole('list', { name: 'What it comes from' });
    await from.getByRole('listitem').first().waitFor();
    const lines = await from.getByRole('listitem').allInnerTexts();
    holds(lines[0].startsWith('train-3') && lines[0].includes('1 step away'), `the nearest first: ${lines}`);
    equal(lines.filter((line) => line.startsWith('raw-signs')).length, 0, 'what is four steps away');
    await from.getByRole('button', { name: 'More upstream of clean-2' }).click();
    await from.getByText('raw-signs:v0').waitFor();
    await page.getByRole('list', { name: 'What came of it' }).getByText('evaluate-production').waitFor();
    equal(await page.locator('.react-flow').count(), 0, 'graphs beside the list');
    await from.getByRole('button', { name: /^train-3/ }).click();
    const drawer = page.getByRole('dialog', { name: 'train-3' });
    await drawer.getByRole('link', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'train-3' }).waitFor();
  },
  { options: PHONE },
);
