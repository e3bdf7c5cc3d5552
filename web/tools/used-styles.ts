// Leaves out of Mantine's style sheet what no page can need. Its classes are called m_<hash>, and a
// component's code holds the names of its own. So the components that the sources import are looked up,
// with everything that they import in turn; a rule for a class that is in none of them never applies.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'postcss';
import type { Plugin } from 'vite';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const mantine = join(web, 'node_modules/@mantine');

function filesBelow(folder: string, ending: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** What the app's own sources, and Mantine's messages, take from @mantine/core. */
function importedNames(): Set<string> {
  const names = new Set<string>();
  const sources = [
    ...filesBelow(join(web, 'src'), '.tsx'),
    ...filesBelow(join(mantine, 'notifications/esm'), '.mjs'),
  ];
  for (const file of sources)
    for (const [, list] of readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@mantine\/core'/g))
      for (const name of list!.split(',')) names.add(name.trim().split(/\s/)[0]!);
  return names;
}

function usedClasses(): Set<string> {
  const byName = new Map(
    filesBelow(join(mantine, 'core/esm'), '.mjs').map((file) => [basename(file, '.mjs'), file]),
  );
  const queue = [...importedNames()].map((name) => byName.get(name)).filter((file) => file !== undefined);
  const seen = new Set(queue);
  const classes = new Set<string>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const code = readFileSync(file, 'utf8');
    for (const [name] of code.matchAll(/m_[0-9a-f]+/g)) classes.add(name);
    for (const [, path] of code.matchAll(/from '(\.[^']+)'/g)) {
      const next = resolve(dirname(file), path!);
      if (!seen.has(next)) queue.push(next);
      seen.add(next);
    }
  }
  return classes;
}

function prune(css: string, classes: ReadonlySet<string>): string {
  // What a selector only excludes, or takes as one of several, it does not ask for.
  const mayApply = (selector: string) =>
    [...selector.replace(/:(not|is|where|has)\([^)]*\)/g, '').matchAll(/\.(m_[0-9a-f]+)/g)].every(
      ([, name]) => classes.has(name!),
    );
  const root = parse(css);
  root.walkRules((rule) => {
    const left = rule.selectors.filter(mayApply);
    if (left.length === 0) rule.remove();
    else if (left.length < rule.selectors.length) rule.selectors = left;
  });
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  return root.toString();
}

export function usedStyles(): Plugin {
  return {
    name: 'used-styles',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      return id.endsWith('@mantine/core/styles.css')
        ? { code: prune(code, usedClasses()), map: null }
        : undefined;
    },
  };
}
