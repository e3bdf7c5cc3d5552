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

/** Waits until what is read is as wanted, asking again and again; says the last that was read when it never is. */
export async function becomes(read, wanted, what = '', seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const got = await read();
    if (JSON.stringify(got) === JSON.stringify(wanted)) return;
    if (Date.now() > end) equal(got, wanted, what);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Waits until a function says yes. */
export async function until(condition, what, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it did not happen: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
