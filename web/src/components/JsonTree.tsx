// JSON to look at: a tree that opens, can be searched and sorted, or the text as it is.
import { SegmentedControl, TextInput, UnstyledButton } from '@mantine/core';
import { useMemo, useState } from 'react';

import { plural } from '../lib/format';
import { treeLines, type TreeLine, type TreeOrder } from '../lib/tree';
import { Code } from './Copy';
import { Icon } from './Icon';
import css from './JsonTree.module.css';

function Value({ line }: { line: TreeLine }) {
  if (line.inside !== null)
    return <span className={css.dim}>{plural(line.inside, Array.isArray(line.value) ? 'item' : 'key')}</span>;
  if (typeof line.value === 'string') return <span>{line.value}</span>;
  return <span className={css.literal}>{String(line.value)}</span>;
}

const NEXT: Record<TreeOrder, TreeOrder> = { given: 'up', up: 'down', down: 'given' };
const SORTED = { given: 'none', up: 'ascending', down: 'descending' } as const;

export function JsonTree({ value, label }: { value: unknown; label: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<TreeOrder>('given');
  const [raw, setRaw] = useState(false);
  const lines = useMemo(
    () => treeLines(value, (path) => open.has(path), search, order),
    [value, open, search, order],
  );

  const toggle = (path: string) => {
    const next = new Set(open);
    if (!next.delete(path)) next.add(path);
    setOpen(next);
  };
  return (
    <>
      <div className={css.bar}>
        <TextInput
          className={css.search}
          aria-label={`Search ${label}`}
          placeholder="Search keys and values"
          leftSection={<Icon name="search" size={14} />}
          disabled={raw}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="How to show it"
          data={[
            { value: 'tree', label: 'Tree' },
            { value: 'raw', label: 'Raw JSON' },
          ]}
          value={raw ? 'raw' : 'tree'}
          onChange={(wanted) => setRaw(wanted === 'raw')}
        />
      </div>
      {raw ? (
        <Code text={JSON.stringify(value, null, 2)} label={`Copy ${label}`} />
      ) : (
        <div className={css.box} role="table" aria-label={label}>
          <div className={`${css.line} ${css.head}`} role="row">
            <span role="columnheader" aria-sort={SORTED[order]}>
              <UnstyledButton className={css.sort} onClick={() => setOrder(NEXT[order])}>
                Key {order === 'up' ? '↑' : order === 'down' ? '↓' : ''}
              </UnstyledButton>
            </span>
            <span role="columnheader">Value</span>
          </div>
          {lines.map((line) => (
            <div key={line.path} className={css.line} role="row">
              <span role="rowheader" className={css.key} style={{ paddingLeft: line.depth * 18 }}>
                {line.inside ? (
                  <button
                    type="button"
                    className={css.toggle}
                    aria-expanded={search !== '' || open.has(line.path)}
                    onClick={() => toggle(line.path)}
                  >
                    <Icon name={search !== '' || open.has(line.path) ? 'down' : 'right'} size={13} />
                    {line.key}
                  </button>
                ) : (
                  <span className={css.leaf}>{line.key}</span>
                )}
              </span>
              <span role="cell" className={css.value}>
                <Value line={line} />
              </span>
            </div>
          ))}
          {lines.length === 0 && <p className={css.nothing}>Nothing matches.</p>}
        </div>
      )}
    </>
  );
}
