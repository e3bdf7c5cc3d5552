// Which columns the table of versions has: what each shows, how wide it is, whether the server can sort
// by it. Which are chosen is remembered in this browser.
import { Button, Checkbox, Popover } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';

import { Icon } from '../components/Icon';
import { Age } from '../components/Time';
import type { VersionRowFragment } from '../graphql/generated';
import { formatBytes, formatCount, formatDuration } from '../lib/format';
import { runLink } from '../lib/links';
import css from './form.module.css';

export interface Column {
  name: string;
  label: string;
  width: string;
  number?: boolean;
  /** Also on a narrow screen. */
  always?: boolean;
  /** What the server calls the order by this column. */
  order?: string;
  show: (row: VersionRowFragment) => ReactNode;
}

function Creator({ row }: { row: VersionRowFragment }) {
  const by = row.createdBy;
  if (!by) return <>-</>;
  if (by.__typename === 'User') return <>{by.username}</>;
  return (
    <>
      {by.user?.username && <span>{by.user.username} · </span>}
      <Link {...runLink(by)}>{by.displayName || by.name}</Link>
    </>
  );
}

export const COLUMNS: readonly Column[] = [
  { name: 'by', label: 'Created by', width: 'minmax(0, 1.4fr)', show: (row) => <Creator row={row} /> },
  {
    name: 'size',
    label: 'Size',
    width: '84px',
    number: true,
    order: 'artifact_size',
    show: (row) => formatBytes(row.size),
  },
  { name: 'files', label: 'Files', width: '64px', number: true, show: (row) => formatCount(row.fileCount) },
  {
    name: 'ttl',
    label: 'TTL',
    width: '80px',
    show: (row) => (row.ttlDurationSeconds > 0 ? formatDuration(row.ttlDurationSeconds) : '-'),
  },
  {
    name: 'created',
    label: 'Created',
    width: '120px',
    order: 'created_at',
    show: (row) => <Age at={row.createdAt} />,
  },
];

const STORED = 'vitrine.version-columns';
const USUAL = ['by', 'size', 'ttl', 'created'];

function stored(): string[] {
  try {
    const text = localStorage.getItem(STORED);
    return text === null ? USUAL : text.split(',').filter((name) => COLUMNS.some((c) => c.name === name));
  } catch {
    return USUAL;
  }
}

export function useColumns() {
  const [chosen, setChosen] = useState(stored);
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
    setChosen(next);
    try {
      localStorage.setItem(STORED, next.join(','));
    } catch {
      // Storage is switched off: it holds for this visit.
    }
  };
  return { shown: COLUMNS.filter((column) => chosen.includes(column.name)), chosen, toggle };
}

export function ColumnChooser({ chosen, toggle }: { chosen: string[]; toggle: (name: string) => void }) {
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" rightSection={<Icon name="down" size={13} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={css.form}>
          {COLUMNS.map((column) => (
            <Checkbox
              key={column.name}
              size="xs"
              label={column.label}
              checked={chosen.includes(column.name)}
              onChange={() => toggle(column.name)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
