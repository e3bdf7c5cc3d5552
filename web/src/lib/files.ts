// Files of a version: the tree as lines, and what kind of look a file gets.
import type { FolderQuery } from '../graphql/generated';

export type Folder = NonNullable<
  NonNullable<NonNullable<FolderQuery['project']>['artifactCollectionMembership']>['directory']
>;
export type Entry = Folder['entries'][number];

/** What is known of one folder so far. */
export interface Listing {
  entries: Entry[];
  /** Where the next page begins; null when everything is here. */
  next: string | null;
  loading: boolean;
}

export type Listings = ReadonlyMap<string, Listing>;

export type FileLine =
  | { kind: 'entry'; entry: Entry; depth: number }
  | { kind: 'more'; path: string; depth: number }
  | { kind: 'loading'; path: string; depth: number };

/** The lines of the tree: every open folder with what is known of it. */
export function fileLines(listings: Listings, open: ReadonlySet<string>): FileLine[] {
  const lines: FileLine[] = [];
  const visit = (path: string, depth: number) => {
    const listing = listings.get(path);
    if (!listing) {
      lines.push({ kind: 'loading', path, depth });
      return;
    }
    for (const entry of listing.entries) {
      lines.push({ kind: 'entry', entry, depth });
      if (entry.isDirectory && open.has(entry.path)) visit(entry.path, depth + 1);
    }
    if (listing.loading) lines.push({ kind: 'loading', path, depth });
    else if (listing.next !== null) lines.push({ kind: 'more', path, depth });
  };
  visit('', 0);
  return lines;
}

/** "a/b/c.txt" -> ["a", "a/b"] */
export function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

export type Look = 'image' | 'audio' | 'video' | 'markdown' | 'json' | 'table' | 'csv' | 'text' | 'unknown';

export function lookOf(name: string, mimetype: string | null | undefined): Look {
  const lower = name.toLowerCase();
  const type = mimetype ?? '';
  if (type.startsWith('image/') && !type.includes('svg')) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  if (type.startsWith('video/')) return 'video';
  if (lower.endsWith('.table.json')) return 'table';
  if (/\.(md|markdown)$/.test(lower)) return 'markdown';
  if (/\.json$/.test(lower)) return 'json';
  if (/\.(csv|tsv)$/.test(lower)) return 'csv';
  return type.startsWith('text/') ? 'text' : 'unknown';
}

/** Fields of CSV or TSV, quotes as in RFC 4180; at most so many rows. */
export function parseCsv(text: string, separator: string, limit: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;

  for (let i = 0; i < text.length && rows.length < limit; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quoted = false;
    } else if (c === '"' && field === '') {
      quoted = true;
    } else if (c === separator) {
      row.push(field);
      field = '';
    } else if (c === '\n') {
      rows.push([...row, field.replace(/\r$/, '')]);
      row = [];
      field = '';
    } else {
      field += c;
    }
  }
  if (rows.length < limit && (field !== '' || row.length > 0)) rows.push([...row, field]);
  return rows;
}

/** Addresses from the server name its public host; the page may stand at another name of it. */
export function ownPath(url: string): string {
  const parsed = new URL(url, window.location.origin);
  return parsed.pathname + parsed.search;
}
