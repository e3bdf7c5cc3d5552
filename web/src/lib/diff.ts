// Two JSON objects compared, leaf by leaf.
export type Change = 'added' | 'removed' | 'changed' | 'same';

export interface Difference {
  key: string;
  change: Change;
  before: unknown;
  after: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys of what is inside are joined by dots, as filters name them. */
export function diffObjects(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  prefix = '',
): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((name): Difference[] => {
    const key = prefix + name;
    const [a, b] = [before[name], after[name]];
    if (isObject(a) && isObject(b)) return diffObjects(a, b, `${key}.`);
    if (!(name in before)) return [{ key, change: 'added', before: undefined, after: b }];
    if (!(name in after)) return [{ key, change: 'removed', before: a, after: undefined }];
    const same = JSON.stringify(a) === JSON.stringify(b);
    return [{ key, change: same ? 'same' : 'changed', before: a, after: b }];
  });
}
