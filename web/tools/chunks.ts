// Which modules go into one file. Left alone, what two pages share becomes a file of its own, forty of them
// for one page, and fetching those takes longer than reading them. So there are, besides the page's own file:
// boot, which asks for the others; app, which every page needs, with what the first page (the registries) and
// the one to sign in share with others; and more, which is what is left of what several pages share.
import { dirname, resolve } from 'node:path';

import type { Plugin } from 'vite';

interface Module {
  code: string | null;
  importedIds: readonly string[];
  dynamicImporters: readonly string[];
}
type GetModuleInfo = (id: string) => Module | null;

const BOOT = '/src/boot.ts';
const APP = '/src/main.tsx';
const FIRST = ['/src/pages/Registries.tsx', '/src/pages/SignIn.tsx'];
/** Modules that only hand on what others export: who imports them does not need all of those. */
const HANDS_ON = /\/(@mantine\/(?:core|hooks))\/esm\/index\.mjs$/;

/** Where the names come from that a module takes from others by way of this one. */
function takenFrom(code: string, hub: string, hubModule: Module): string[] {
  const [, name] = HANDS_ON.exec(hub)!;
  const sources = new Map<string, string>();
  for (const [, list, path] of hubModule.code!.matchAll(/export \{([^}]*)\} from '([^']+)'/g)) {
    const file = path!.startsWith('.')
      ? resolve(dirname(hub), path!)
      : hubModule.importedIds.find((id) => id.includes(`/node_modules/${path}/`));
    if (file)
      for (const each of list!.split(','))
        sources.set(
          each
            .trim()
            .split(/\s+as\s+/)
            .at(-1)!,
          file,
        );
  }
  return [...code.matchAll(new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*["']${name}["']`, 'g'))]
    .flatMap(([, list]) => list!.split(','))
    .flatMap((each) => sources.get(each.trim().split(/\s/)[0]!) ?? []);
}

function needs(id: string, getModuleInfo: GetModuleInfo): string[] {
  const module = getModuleInfo(id);
  return (module?.importedIds ?? []).flatMap((next) =>
    HANDS_ON.test(next) ? takenFrom(module?.code ?? '', next, getModuleInfo(next)!) : [next],
  );
}

function below(root: string, getModuleInfo: GetModuleInfo): Set<string> {
  const seen = new Set([root]);
  for (const id of seen) for (const next of needs(id, getModuleInfo)) seen.add(next);
  return seen;
}

/** The file of each module that is not left to its only user. */
function assign(ids: string[], getModuleInfo: GetModuleInfo): Map<string, string> {
  const closure = (end: string) => {
    const root = ids.find((id) => id.endsWith(end));
    if (!root) throw new Error(`there is no ${end}`);
    return below(root, getModuleInfo);
  };
  const boot = closure(BOOT);
  const app = closure(APP);
  const first = FIRST.map(closure);
  const pages = ids
    .filter((id) => (getModuleInfo(id)?.dynamicImporters.length ?? 0) > 0 && !id.endsWith(APP))
    .map((id) => below(id, getModuleInfo));
  const chunks = new Map<string, string>();
  for (const id of ids) {
    if (boot.has(id)) continue;
    const users = pages.filter((page) => page.has(id)).length;
    if (app.has(id)) chunks.set(id, 'app');
    else if (users > 1) chunks.set(id, first.some((page) => page.has(id)) ? 'app' : 'more');
  }
  return chunks;
}

export function fewChunks(): Plugin {
  let chunks: Map<string, string> | null = null;
  return {
    name: 'few-chunks',
    apply: 'build',
    config: () => ({
      build: {
        rollupOptions: {
          output: {
            onlyExplicitManualChunks: true,
            manualChunks: (id, { getModuleIds, getModuleInfo }) =>
              (chunks ??= assign([...getModuleIds()], getModuleInfo)).get(id),
          },
        },
      },
    }),
    // The program itself is known by then: it need not wait until boot asks for it.
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {}).flatMap((file) => {
          if (file.type !== 'chunk' || file.name !== 'app') return [];
          const link = (rel: string, name: string) => ({
            tag: 'link',
            attrs: { rel, crossorigin: true, href: `/-/${name}` },
            injectTo: 'head' as const,
          });
          const styles = [...(file.viteMetadata?.importedCss ?? [])];
          return [link('modulepreload', file.fileName), ...styles.map((name) => link('stylesheet', name))];
        }),
    },
  };
}
