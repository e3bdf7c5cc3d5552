// The browser, and what must hold on every page of every flow: no message on the console, no failed
// request, nothing from another origin, nothing that the page's own policy refused.
import { chromium } from 'playwright-core';

import { PASSWORD } from './world.mjs';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const TOO_FAST_MS = 5_000;

/** WEB_TEST_SLOWDOWN=4 takes three quarters of the processor away from each page: what hurries too much then shows. */
const SLOWDOWN = Number(process.env.WEB_TEST_SLOWDOWN ?? 1);

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGS,
  });
}

/** A person at a browser of their own. `page.problems` is what must stay empty. */
export class Visitor {
  constructor(context, url) {
    this.context = context;
    this.url = url;
    this.problems = [];
    this.allowed = [];
  }

  static async arrive(browser, url, options = {}) {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    context.setDefaultTimeout(30_000);
    const visitor = new Visitor(context, url);
    visitor.page = await context.newPage();
    visitor.watch(visitor.page);
    if (SLOWDOWN > 1) {
      const session = await context.newCDPSession(visitor.page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    }
    return visitor;
  }

  watch(page) {
    const note = (text) => {
      if (!this.allowed.some((pattern) => pattern.test(text))) this.problems.push(text);
    };
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => note(`exception: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400)
        note(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    page.on('request', (request) => {
      const target = new URL(request.url());
      if (!['data:', 'blob:'].includes(target.protocol) && target.origin !== this.url)
        note(`request to another origin: ${request.url()}`);
    });
  }

  /** The flow wants the server to say no: what it answers, and what the browser says of it, is expected. */
  expect(status) {
    this.allowed.push(new RegExp(`^${status} `), new RegExp(`status of ${status}`));
  }

  /** On a page that asks who one is. */
  async giveName(username, password = PASSWORD) {
    const { page } = this;
    await page.getByLabel('User name or e-mail address').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    // Flows may be faster than the server lets one address sign in: then they wait, as people would.
    const before = this.allowed.length;
    this.expect(429);
    for (let status = 429; status === 429; ) {
      const answer = page.waitForResponse(
        (response) => response.url().endsWith('/-/session') && response.request().method() === 'POST',
      );
      await page.getByRole('button', { name: 'Sign in' }).click();
      status = (await answer).status();
      if (status === 429) await page.waitForTimeout(TOO_FAST_MS);
    }
    this.allowed.length = before;
  }

  async signIn(username) {
    await this.page.goto('/login');
    await this.giveName(username);
    await this.page.getByRole('heading', { name: 'Registry', exact: true }).waitFor();
    await this.page.waitForLoadState('networkidle');
  }

  async leave() {
    await this.context.close();
    if (this.problems.length > 0) throw new Error(`on the pages of this flow: ${this.problems.join('; ')}`);
  }
}
