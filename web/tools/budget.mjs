// Fails the build when what a browser loads before it can show the first page is more than the
// promised 250 KB, compressed: the entry, what it imports at once, their style sheets, index.html.
// Vite's list of chunks is only for this and not part of what is served.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 250 * 1000;
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
need('index.html');
rmSync(join(dist, '.vite'), { recursive: true });

let total = 0;
for (const file of wanted) total += gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
console.log(
  `initial load: ${(total / 1000).toFixed(1)} KB compressed in ${wanted.size} files (limit ${LIMIT / 1000})`,
);
if (total > LIMIT) process.exit(1);
