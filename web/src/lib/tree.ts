// JSON as the lines of a tree: what is open, what a search leaves, in which order.
export interface TreeLine {
  /** Where it is, as a JSON pointer. */
  path: string;
  key: string;
  depth: number;
  value: unknown;
  /** How many are inside; null for what holds nothing. */
  inside: number | null;
}

function children(value: unknown): [string, unknown][] | null {
  if (Array.isArray(value)) return value.map((each, i) => [String(i), each as unknown]);
  if (typeof value === 'object' && value !== null) return Object.entries(value);
  return null;
}

function matches(key: string, value: unknown, text: string): boolean {
  if (key.toLowerCase().includes(text)) return true;
  const inside = children(value);
  if (inside) return inside.some(([k, v]) => matches(k, v, text));
  return String(value).toLowerCase().includes(text);
}

export type TreeOrder = 'given' | 'up' | 'down';

export function treeLines(
  root: unknown,
  isOpen: (path: string) => boolean,
  search = '',
  order: TreeOrder = 'given',
): TreeLine[] {
  const lines: TreeLine[] = [];
  const text = search.trim().toLowerCase();

  const visit = (value: unknown, path: string, depth: number, whole: boolean) => {
    const list = children(value) ?? [];
    if (order !== 'given' && !Array.isArray(value))
      list.sort(([a], [b]) => (order === 'up' ? a.localeCompare(b) : b.localeCompare(a)));
    for (const [key, each] of list) {
      const here = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const named = whole || text === '' || key.toLowerCase().includes(text);
      if (!named && !matches(key, each, text)) continue;
      const inside = children(each)?.length ?? null;
      lines.push({ path: here, key, depth, value: each, inside });
      if (inside !== null && (text !== '' || isOpen(here)))
        visit(each, here, depth + 1, text !== '' && named);
    }
  };
  visit(root, '', 0, false);
  return lines;
}
