// A server with people, and data that the real client logged: what every flow looks at. The folder is
// the caller's to remove; stop() ends the server.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../../..');
export const PROGRAM = join(process.env.VITRINE_BUILD ?? join(ROOT, 'build'), 'vitrined');
const CLIENT = '0.31.0';

function pythonOf(release) {
  return join(process.env.WEB_TEST_VENVS ?? join(ROOT, '.venv'), `client-${release}/bin/python`);
}

export const ORG = 'Northwind Labs';
export const ORG_ENTITY = 'Northwind-Labs';
export const TEAM = 'vision';
export const PROJECT = 'street-signs';
export const PASSWORD = 'correct horse battery';

function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITRINE|WANDB)_/.test(name)));
}

export class World {
  constructor(folder) {
    this.folder = folder;
    this.data = join(folder, 'data');
    this.keys = {};
  }

  /** An operator's command; -> what it printed. */
  operate(words, stdin = '') {
    const done = spawnSync(PROGRAM, [...words, '--data', this.data], {
      input: stdin,
      encoding: 'utf8',
      env: cleanEnvironment(),
    });
    if (done.status !== 0) throw new Error(`vitrined ${words.join(' ')}: ${done.stderr}`);
    return done.stdout;
  }

  user(name, options = []) {
    this.keys[name] = this.operate(['user', 'add', name, ...options]).trim();
    this.operate(['user', 'passwd', name], `${PASSWORD}\n`);
  }

  people() {
    this.operate(['init']);
    this.user('ada', ['--admin']);
    for (const name of ['grace', 'linus', 'olga']) this.user(name);
    this.operate(['org', 'add', ORG, '--admin', 'ada']);
    this.operate(['team', 'add', TEAM, '--org', ORG, '--admin', 'ada']);
    this.operate(['team', 'add', 'speech', '--org', ORG, '--admin', 'ada']);
    for (const name of ['grace', 'linus']) this.operate(['org', 'member', 'set', ORG, name, 'member']);
    this.operate(['team', 'member', 'set', TEAM, 'grace', 'member']);
  }

  async serve() {
    const log = openSync(join(this.folder, 'server.log'), 'a');
    this.process = spawn(PROGRAM, ['serve', '--data', this.data, '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'pipe', log],
      env: cleanEnvironment(),
    });
    this.url = await new Promise((resolveUrl, reject) => {
      let said = '';
      this.process.stdout.on('data', (chunk) => {
        said += chunk;
        const match = /listening on (\S+)/.exec(said);
        if (match) resolveUrl(match[1]);
      });
      this.process.on('exit', (status) => reject(new Error(`serve ended with ${status}: ${said}`)));
    });
  }

  environment(user) {
    const home = join(this.folder, `home-${user}`);
    mkdirSync(home, { recursive: true });
    return {
      ...cleanEnvironment(),
      HOME: home,
      WANDB_BASE_URL: this.url,
      WANDB_API_KEY: this.keys[user],
      WANDB_ERROR_REPORTING: 'false',
      WANDB_SILENT: 'true',
      WANDB_DIR: home,
      WANDB_CACHE_DIR: join(home, 'cache'),
      WANDB_CONFIG_DIR: join(home, 'config'),
      WANDB_DATA_DIR: join(home, 'data'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
  }

  #client(words, user, release) {
    const python = pythonOf(release);
    if (!existsSync(python)) throw new Error(`${python} is missing: run tests/client/make-venvs ${release}`);
    const done = spawnSync(python, words, {
      encoding: 'utf8',
      env: this.environment(user),
      timeout: 180_000,
      cwd: this.folder,
    });
    if (done.status !== 0)
      throw new Error(`${words[0]} ended with ${done.status}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  /** A program that uses the real client; -> what it printed. */
  python(file, user = 'ada', words = [], release = CLIENT) {
    return this.#client([file, ...words], user, release);
  }

  snippet(code, user = 'ada', release = CLIENT) {
    return this.#client(['-c', code], user, release);
  }

  async graphql(query, variables = {}, user = 'ada') {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${Buffer.from(`api:${this.keys[user]}`).toString('base64')}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    const reply = await response.json();
    if (reply.errors) throw new Error(reply.errors[0].message);
    return reply.data;
  }

  async start() {
    this.people();
    await this.serve();
    this.python(join(HERE, '../seed.py'));
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((done) => this.process.on('exit', done));
    this.process.removeAllListeners('error');
    this.process.kill('SIGTERM');
    await ended;
  }
}
