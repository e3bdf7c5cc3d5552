// Writes src/typeface/: Inter as the app loads it. The file of the Latin letters, which every page needs,
// keeps only the weights that the app uses, and so is a third smaller; the others stay as they are
// and are fetched only for letters of theirs. What is written is not committed.
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import subsetFont from 'subset-font';

const WEIGHTS = { min: 400, max: 700 };
const LATIN = 'inter-latin-wght-normal.woff2';

const target = join(dirname(fileURLToPath(import.meta.url)), '../src/typeface');
const inter = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/wght.css'));
const css = readFileSync(join(inter, 'wght.css'), 'utf8');

function lettersOf(face) {
  const letters = [];
  for (const [, first, last = first] of face.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g))
    for (let code = parseInt(first, 16); code <= parseInt(last, 16); code++)
      letters.push(String.fromCodePoint(code));
  return letters.join('');
}

function put(name, bytes) {
  const path = join(target, name);
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes);
}

const face = css.match(/@font-face\s*\{[^}]*\}/g)?.find((each) => each.includes(LATIN));
if (!face) throw new Error(`${inter}/wght.css has no ${LATIN}`);
mkdirSync(target, { recursive: true });
put(
  LATIN,
  await subsetFont(readFileSync(join(inter, 'files', LATIN)), lettersOf(face), {
    targetFormat: 'woff2',
    variationAxes: { wght: WEIGHTS },
  }),
);
const own = face
  .replace(`./files/${LATIN}`, `./${LATIN}`)
  .replace('100 900', `${WEIGHTS.min} ${WEIGHTS.max}`);
put(
  'inter.css',
  Buffer.from(
    `${css.replace(face, own).replaceAll('./files/', '../../node_modules/@fontsource-variable/inter/files/').trimEnd()}\n`,
  ),
);
