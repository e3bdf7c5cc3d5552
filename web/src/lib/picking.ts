// What a list that one picks from asks the server for, while its reader types.
function holding(text: string) {
  return { $regex: `(?i)${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` };
}

/** Collections of a type (any: null) whose name holds the text; null: all of them. */
export function collectionFilter(type: string | null, text: string): string | null {
  const conditions = { ...(type ? { type } : {}), ...(text ? { name: holding(text) } : {}) };
  return Object.keys(conditions).length > 0 ? JSON.stringify(conditions) : null;
}

/** Versions by number ("v12" or "12") or by a part of an alias; null: all of them. */
export function versionFilter(text: string): string | null {
  if (!text) return null;
  const number = /^v?(\d+)$/.exec(text)?.[1];
  const alias = { alias: holding(text) };
  return JSON.stringify(number ? { $or: [{ version: Number(number) }, alias] } : alias);
}
