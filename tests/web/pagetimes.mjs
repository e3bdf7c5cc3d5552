#!/usr/bin/env node
// Measures how long pages take on a large registry (bench/web_data.py), and prints a table.
//
// usage: pagetimes.mjs DATA [WORD]      DATA is a data directory; only pages whose name contains the word
//
// "Cold" is a browser that has nothing of the app, "warm" one that was on the page before. The time is from
// the navigation to the moment when what the page is about is drawn and two frames later the page
// answers to input: a frame is drawn within 50 ms, so no long task holds it up. A task of more than 50 ms that
// comes later, until the network is quiet, moves that moment to its end. `rows` is the largest number of things of one
// list in any answer: it must be a page, 1000 at most. Lineage is also dragged about: the frames while it moves.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch } from './lib/browser.mjs';
import { PASSWORD } from './lib/world.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PROGRAM = join(process.env.VITRINE_BUILD ?? join(ROOT, 'build'), 'vitrined');
const PAGE_MAX = 1000;
const TARGET_MS = 1000;
const CALM_MS = 50;
const LATEST_MS = 8000;
const TURNS = Number(process.env.TURNS ?? 3);
const [data, word = ''] = process.argv.slice(2);

const registry = '/orgs/local/registry';
const long = `${registry}/model?selectionPath=${encodeURIComponent('local/wandb-registry-model/Everything')}&view=membership`;
const files = '/team/bench/artifacts/dataset/files/v0';
const PAGES = [
  ['250 registries', registry, 'Team 000'],
  ['10,000 collections', `${registry}/model`, 'View details'],
  ['10,000 versions', long, 'v9999'],
  ['version in the middle', `${long}&version=v5000`, 'Full Name'],
  ['100,000 files', `${files}/files`, 'images'],
  ['folder of 20,000 files', `${files}/files/images`, '00000.png'],
  ['file of 100,000', `${files}/files/9/999/99999.txt`, 'the same everywhere'],
  ['lineage of 2,000', '/team/bench/artifacts/dataset/root/v0/lineage', 'root:v0'],
  ['artifacts of a project', '/team/bench/artifacts', 'model-00001'],
  ['runs of a project', '/team/bench', 'train '],
];

function serve() {
  const child = spawn(PROGRAM, ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^VITRINE_/.test(name))),
  });
  return new Promise((done, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const match = /listening on (\S+)/.exec(said);
      if (match) done({ url: match[1], stop: () => child.kill('SIGTERM') });
    });
    child.on('exit', (status) => reject(new Error(`serve ended with ${status}`)));
  });
}

/** The longest list anywhere in an answer. */
function longest(value) {
  if (Array.isArray(value)) return Math.max(value.length, ...value.map(longest));
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longest));
}

/**
 * Runs in the page before anything else: looks, frame by frame, until the words stand in <main>, then until two
 * frames in a row were drawn in time. Asking from outside would find out only when it asks again. What it
 * adds is the look through the text (window.looked_, some milliseconds) and two frames, 33 ms.
 */
function watch(words) {
  const begun = performance.now();
  window.looked_ = 0;
  window.busyUntil_ = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.busyUntil_ = task.startTime + task.duration;
  }).observe({ type: 'longtask' });
  const stands = () => {
    const main = document.querySelector('main');
    if (!main) return false;
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
      if (
        texts.currentNode.data.includes(words) &&
        texts.currentNode.parentElement.checkVisibility({ visibilityProperty: true })
      )
        return true;
    return false;
  };
  window.ready_ = new Promise((done, reject) => {
    let drawn = null;
    let calm = 0;
    let last = begun;
    const frame = () => {
      const now = performance.now();
      if (now > LATEST_MS) return reject(new Error(`'${words}' does not stand in the page`));
      if (drawn !== null) {
        calm = now - last < CALM_MS ? calm + 1 : 0;
        if (calm === 2) return done(now);
      } else if (stands()) drawn = now;
      last = performance.now();
      window.looked_ += last - now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function visit(page, path) {
  const answers = [];
  const note = (response) => answers.push(response);
  page.on('response', note);
  await page.goto(path, { waitUntil: 'commit' });
  const ready = await page.evaluate(() => window.ready_);
  await page.waitForLoadState('networkidle');
  const ms = Math.max(ready, await page.evaluate(() => window.busyUntil_));
  page.off('response', note);
  let bytes = 0;
  let rows = 0;
  let requests = 0;
  for (const response of answers) {
    const type = response.headers()['content-type'] ?? '';
    const sizes = await response
      .request()
      .sizes()
      .catch(() => null);
    bytes += sizes?.responseBodySize ?? 0;
    if (!response.url().includes('/-/assets/')) requests++;
    if (type.includes('json')) rows = Math.max(rows, longest(await response.json().catch(() => null)));
  }
  return { ms, bytes, rows, requests };
}

async function pan(page) {
  const box = await page.locator('.react-flow__pane').boundingBox();
  await page.evaluate(() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = (now) => {
      window.frames_.push(now - last);
      last = now;
      window.ticking_ = requestAnimationFrame(tick);
    };
    window.ticking_ = requestAnimationFrame(tick);
  });
  const x = box.x + box.width - 30;
  await page.mouse.move(x, box.y + 30);
  await page.mouse.down();
  for (let i = 1; i <= 90; i++) await page.mouse.move(x - i * 5, box.y + 30 + i * 2);
  await page.mouse.up();
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(window.ticking_);
    return window.frames_.slice(2).sort((a, b) => a - b);
  });
  const at = (part) => frames[Math.floor((frames.length - 1) * part)]?.toFixed(0);
  return `panning: frames of ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, longest ${at(1)} ms`;
}

/** More levels are fetched, and clusters taken apart until hundreds of boxes are drawn. */
async function unfold(page) {
  await page.getByRole('textbox', { name: 'Depth' }).fill('8');
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1500);
  let boxes = 0;
  for (let i = 0; i < 8; i++) {
    const cluster = page.locator('.react-flow__node-cluster button[data-kind]').first();
    if (!(await cluster.count())) break;
    await cluster.click({ force: true });
    const out = page.getByRole('button', { name: /^Take all/ });
    boxes += Number(/\d+/.exec(await out.textContent())[0]);
    await out.click();
    await page.waitForTimeout(1500);
  }
  await page.getByRole('button', { name: 'Fit View' }).click();
  await page.waitForTimeout(800);
  return boxes;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const server = await serve();
const browser = await launch();
let met = true;
try {
  const first = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  const page = await first.newPage();
  await page.goto('/login');
  await page.getByLabel('User name or e-mail address').fill('owner');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Registry', exact: true }).waitFor();
  const storageState = await first.storageState();
  await first.close();

  console.log('page                        cold ms  warm ms  KB cold  requests  rows  met');
  for (const [name, path, words] of PAGES.filter(([each]) => each.includes(word))) {
    const cold = [];
    const warm = [];
    let note = '';
    for (let turn = 0; turn < TURNS; turn++) {
      const context = await browser.newContext({
        baseURL: server.url,
        storageState,
        viewport: { width: 1440, height: 900 },
      });
      context.setDefaultTimeout(8_000);
      const tab = await context.newPage();
      await tab.addInitScript(`(${watch.toString().replace('CALM_MS', CALM_MS).replace('LATEST_MS', LATEST_MS)})(${JSON.stringify(words)})`);
      cold.push(await visit(tab, path));
      warm.push(await visit(tab, path));
      if (turn === 0 && name.startsWith('lineage')) {
        note = await pan(tab);
        const boxes = await unfold(tab);
        note += `\n  with ${boxes} boxes drawn, ${await pan(tab)}`;
      }
      await context.close();
    }
    const figure = (list, field) => median(list.map((each) => each[field]));
    const rows = Math.max(...[...cold, ...warm].map((each) => each.rows));
    const ok = figure(cold, 'ms') < TARGET_MS && figure(warm, 'ms') < TARGET_MS && rows <= PAGE_MAX;
    met &&= ok;
    console.log(
      [
        name.padEnd(26),
        figure(cold, 'ms').toFixed(0).padStart(8),
        figure(warm, 'ms').toFixed(0).padStart(8),
        (figure(cold, 'bytes') / 1000).toFixed(0).padStart(8),
        String(figure(cold, 'requests')).padStart(9),
        String(rows).padStart(5),
        ok ? '  yes' : '  NO',
      ].join(' '),
    );
    if (note) console.log(`  ${note}`);
  }
} finally {
  await browser.close();
  server.stop();
}
process.exit(met ? 0 : 1);
