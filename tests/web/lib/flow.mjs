// What a file of flows imports: flow() names one, run.mjs runs them all.
export const flows = [];

/** `work` gets { world, visitor } with somebody signed in; `as: null` comes without signing in. */
export function flow(name, work, { as = 'ada', options = {} } = {}) {
  flows.push({ name, work, as, options });
}

export function equal(got, wanted, what = '') {
  if (JSON.stringify(got) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/** Waits until a function says yes; for what happens on the server, not on the page. */
export async function until(condition, what, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it did not happen: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
