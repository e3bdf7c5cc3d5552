import { describe, expect, it } from 'vitest';

import { parseSearch, stringifySearch } from '../routes/search';
import { diffObjects } from './diff';
import { toCsv } from './events';
import { fileLines, foldersOf, lookOf, parseCsv, type Listing } from './files';
import { formatAge, formatBytes, formatDuration } from './format';
import { freedText } from './freed';
import { configValues } from './run';
import { aliasSpans } from './timeline';
import { treeLines } from './tree';

describe('format', () => {
  it('writes sizes', () => {
    expect([0, 999, 1000, 1536, 999_950, 5e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 KB',
      '1.5 KB',
      '1.0 MB',
      '5.0 GB',
    ]);
    expect(formatBytes(-256)).toBe('-256 B');
  });
  it('writes ages, also of times without a zone', () => {
    const now = Date.parse('2026-03-02T00:00:00Z');
    expect(formatAge('2026-03-01T23:59:40Z', now)).toBe('just now');
    expect(formatAge('2026-03-01T23:00:00', now)).toBe('1 hour ago');
    expect(formatAge('2026-03-09T00:00:00Z', now)).toBe('in 7 days');
  });
  it('writes lengths of time', () => {
    expect(formatDuration(30 * 86_400)).toBe('30 days');
    expect(formatDuration(90_000)).toBe('1 day, 1 hour');
    expect(formatDuration(20)).toBe('1 minute');
  });
});

describe('what a deletion frees', () => {
  it('is said as sure as it is', () => {
    const text = (atLeastBytes: number, atMostBytes: number) => freedText({ atLeastBytes, atMostBytes });
    expect(text(0, 0)).toMatch(/frees nothing/);
    expect(text(2048, 2048)).toMatch(/frees 2\.0 KB, which/);
    expect(text(2048, 4096)).toMatch(/at least 2\.0 KB/);
    expect(text(0, 4096)).toMatch(/4\.1 KB at most/);
    expect(freedText({ atLeastBytes: 0, atMostBytes: 0 }, true)).toMatch(/all of their content/);
  });
});

describe('addresses', () => {
  it('keep text as text', () => {
    expect(parseSearch('?selectionPath=o%2Fwandb-registry-R%2FC+1&version=v3')).toEqual({
      selectionPath: 'o/wandb-registry-R/C 1',
      version: 'v3',
    });
    expect(stringifySearch({ version: 'v3', tab: undefined, path: '', with: '1' })).toBe(
      '?version=v3&with=1',
    );
  });
});

describe('diffObjects', () => {
  it('names each leaf', () => {
    const lines = diffObjects(
      { a: 1, b: { c: [1], d: 2 }, gone: 0 },
      { a: 1, b: { c: [2], d: 2 }, come: null },
    );
    expect(lines.map((l) => [l.key, l.change])).toEqual([
      ['a', 'same'],
      ['b.c', 'changed'],
      ['b.d', 'same'],
      ['come', 'added'],
      ['gone', 'removed'],
    ]);
  });
});

describe('toCsv', () => {
  it('quotes, and disarms what a spreadsheet would run', () => {
    const text = toCsv([{ time: 't', user: 'a "b", c', action: 'x', version: 'v1', alias: '=1+1' }]);
    expect(text).toBe('time,user,action,version,alias\r\nt,"a ""b"", c",x,v1,\'=1+1\r\n');
  });
});

describe('files', () => {
  const entry = (path: string, isDirectory = false) => ({
    name: path.split('/').at(-1)!,
    path,
    isDirectory,
    fileCount: 1,
  });
  const listing = (entries: ReturnType<typeof entry>[], next: string | null = null): Listing => ({
    entries,
    next,
    loading: false,
  });

  it('shows what is open and what is still to come', () => {
    const listings = new Map([
      ['', listing([entry('a', true), entry('b')], 'more')],
      ['a', listing([entry('a/c')])],
    ]);
    const show = (open: string[]) =>
      fileLines(listings, new Set(open)).map((l) =>
        l.kind === 'entry' ? l.entry.path : `${l.kind} ${l.path}`,
      );
    expect(show([])).toEqual(['a', 'b', 'more ']);
    expect(show(['a'])).toEqual(['a', 'a/c', 'b', 'more ']);
    expect(foldersOf('a/b/c.txt')).toEqual(['a', 'a/b']);
  });
  it('never takes SVG or HTML for a picture', () => {
    expect(lookOf('x.svg', 'image/svg+xml')).not.toBe('image');
    expect(lookOf('x.html', 'text/html')).toBe('text');
    expect(lookOf('x.png', 'image/png')).toBe('image');
    expect(lookOf('t.table.json', 'application/json')).toBe('table');
  });
  it('reads CSV with quotes, line breaks in them, and a limit', () => {
    expect(parseCsv('a,"b ""x""\n1"\r\nc,d', ',', 10)).toEqual([
      ['a', 'b "x"\n1'],
      ['c', 'd'],
    ]);
    expect(parseCsv('1\n2\n3\n', ',', 2)).toEqual([['1'], ['2']]);
  });
});

describe('configValues', () => {
  it('unwraps, and leaves out what the client keeps for itself', () => {
    expect(configValues('{"_wandb":{"value":1},"lr":{"value":0.1},"x":{"y":1}}', true)).toEqual({
      lr: 0.1,
      x: { y: 1 },
    });
    expect(configValues('nonsense', true)).toEqual({});
  });
});

describe('aliasSpans', () => {
  it('ends a span where the alias moves on or goes', () => {
    const events = [
      { at: 40, action: 'alias_removed', version: 2, alias: 'prod' },
      { at: 30, action: 'alias_added', version: 2, alias: 'prod' },
      { at: 30, action: 'alias_removed', version: 1, alias: 'prod' },
      { at: 20, action: 'version_linked', version: 1, alias: null },
      { at: 10, action: 'alias_added', version: 1, alias: 'prod' },
    ];
    expect(aliasSpans(events, 100)).toEqual({
      start: 10,
      lanes: [
        {
          alias: 'prod',
          spans: [
            { version: 1, from: 10, to: 30 },
            { version: 2, from: 30, to: 40 },
          ],
        },
      ],
    });
  });
});

describe('treeLines', () => {
  const value = { b: { deep: 1 }, a: [true], 'x/y': 'text' };
  it('opens what is open, sorts what is asked', () => {
    expect(treeLines(value, () => false).map((l) => l.key)).toEqual(['b', 'a', 'x/y']);
    expect(treeLines(value, (p) => p === '/b', '', 'up').map((l) => l.path)).toEqual([
      '/a',
      '/b',
      '/b/deep',
      '/x~1y',
    ]);
  });
  it('finds what is deep inside', () => {
    expect(treeLines(value, () => false, 'DEEP').map((l) => l.path)).toEqual(['/b', '/b/deep']);
    expect(treeLines(value, () => false, 'true').map((l) => l.path)).toEqual(['/a', '/a/0']);
  });
});
