// What happened, in words: the actions that a collection's history names.
const WORDS: Record<string, string> = {
  alias_added: 'Alias added',
  alias_removed: 'Alias removed',
  version_linked: 'Version added',
  version_unlinked: 'Version removed',
  version_created: 'Version logged',
  version_deleted: 'Version deleted',
  version_restored: 'Version restored',
  version_edited: 'Version edited',
  version_used: 'Version used',
  version_expired: 'Version expired',
  collection_created: 'Collection created',
  collection_edited: 'Collection edited',
  collection_renamed: 'Collection renamed',
  collection_deleted: 'Collection deleted',
  collection_restored: 'Collection restored',
  collection_tags_added: 'Tags added',
  collection_tags_removed: 'Tags removed',
};

export function actionWords(action: string): string {
  const known = WORDS[action];
  if (known) return known;
  const text = action.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface HistoryLine {
  time: string;
  user: string;
  action: string;
  version: string;
  alias: string;
}

function quote(text: string): string {
  // A cell that begins like a formula would be run by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(lines: HistoryLine[]): string {
  const head = 'time,user,action,version,alias';
  const rows = lines.map((l) => [l.time, l.user, l.action, l.version, l.alias].map(quote).join(','));
  return [head, ...rows, ''].join('\r\n');
}
