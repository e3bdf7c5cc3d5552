// What flows do on pages in several steps, each of which waits for what the next one needs.
import { holds, until } from './flow.mjs';

/**
 * Does something that changes something, and waits until the server has answered that operation: what shows on the
 * page at once says nothing of the server, and a page that is left reads anew.
 */
export async function answered(page, operation, act) {
  const answer = page.waitForResponse((response) => {
    const request = response.request();
    return request.url().endsWith('/graphql') && request.postDataJSON()?.operationName === operation;
  });
  await act();
  await (await answer).finished();
}

/** Presses a button that copies; -> what is in the clipboard then. The browser writes there when it comes to it. */
export async function copiedBy(page, button) {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button.click();
  let text = '';
  await until(async () => {
    text = await page.evaluate(() => navigator.clipboard.readText());
    return text !== '';
  }, 'something is copied');
  return text;
}

/** Types into a field that takes the focus by itself when it opens. */
export async function typeInto(page, field, text) {
  await field.and(page.locator(':focus')).waitFor();
  await page.keyboard.type(text);
}

/** Waits until nothing moves or fades any more. What runs for ever, such as a wheel that turns, does not count. */
export async function still(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const moving = () =>
      document.getAnimations().some((each) => {
        const { endTime } = each.effect?.getComputedTiming() ?? {};
        return each.playState === 'running' && Number.isFinite(endTime);
      });
    // What opens begins to move a frame or two after it is there.
    for (let calm = 0; calm < 6; calm = moving() ? 0 : calm + 1) await frame();
  });
}

const SOON_MS = 2_000;
/** In two seconds a page asks at most twice; one question more may have been on its way. */
const SOON_QUESTIONS = 3;
const asksForChanges = (request) => request.url().includes('/-/changes?');

/**
 * Waits for what was changed elsewhere: within two seconds, or on a machine that is too busy for that before the page
 * has asked once more than it can in two seconds.
 */
export async function soon(page, condition, what) {
  let asked = 0;
  const count = (request) => (asked += asksForChanges(request) ? 1 : 0);
  const end = Date.now() + SOON_MS;
  page.on('request', count);
  try {
    await until(async () => (await condition()) || (asked > SOON_QUESTIONS && Date.now() > end), what);
    // What the last question brought may not be drawn yet.
    holds(await condition(), `it did not happen: ${what}, within two seconds`);
  } finally {
    page.off('request', count);
  }
}

/** Waits until the page asks for changes every second, by its own clock. */
export async function asksEachSecond(page) {
  let asked = 0;
  const count = (request) => (asked += asksForChanges(request) ? 1 : 0);
  page.on('request', count);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 6_000)));
  page.off('request', count);
  holds(asked >= 3 && asked <= 8, `questions in six seconds: ${asked}`);
}
