// Fails the build when what a browser loads until it has shown the first page is more than the
// promised 250 KB, compressed: index.html, the entry and what it imports at once, the same for the page
// of the registries and for the one to sign in, their style sheets, and the typeface of Latin letters
// (the others are fetched only for letters of theirs). Vite's list of chunks is only for this and not part of what
// is served.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 250 * 1000;
const FIRST = ['index.html', 'src/pages/SignIn.tsx', 'src/pages/Registries.tsx'];
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const wanted = new Set(['index.html']);

function need(key) {
  const chunk = manifest[key];
  if (wanted.has(chunk.file)) return;
  wanted.add(chunk.file);
  for (const css of chunk.css ?? []) wanted.add(css);
  for (const next of chunk.imports ?? []) need(next);
}

/** Files of the faces in a style sheet that hold the letter A. */
function fontsOf(css) {
  const faces = readFileSync(join(dist, css), 'utf8').match(/@font-face\s*\{[^}]*\}/g) ?? [];
  return faces
    .filter((face) => !face.includes('unicode-range') || /unicode-range:\s*U\+0000-00FF/i.test(face))
    .map(
      (face) =>
        /url\([^)]*?(assets\/[^)"']+)/.exec(face)?.[1] ??
        join('assets', /url\(\.?\/?([^)"']+)/.exec(face)[1]),
    );
}

for (const key of FIRST) need(key);
rmSync(join(dist, '.vite'), { recursive: true });
for (const css of [...wanted].filter((file) => file.endsWith('.css')))
  for (const font of fontsOf(css)) wanted.add(font);

let total = 0;
const kinds = {};
for (const file of wanted) {
  const bytes = readFileSync(join(dist, file));
  // A typeface is compressed already.
  const size = file.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  const kind = file.slice(file.lastIndexOf('.') + 1);
  kinds[kind] = (kinds[kind] ?? 0) + size;
  total += size;
}
const kb = (bytes) => (bytes / 1000).toFixed(1);
const parts = Object.entries(kinds).map(([kind, size]) => `${kind} ${kb(size)}`);
console.log(
  `initial load: ${kb(total)} KB compressed in ${wanted.size} files: ${parts.join(', ')} (limit ${LIMIT / 1000})`,
);
if (!kinds.woff2 || total > LIMIT) process.exit(1);
