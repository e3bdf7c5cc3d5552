// Long lists. Only the rows near the screen are in the document, the next page is fetched as the end
// comes near, and the arrow keys go from row to row (each row's main link or button is marked data-row).
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import css from './Rows.module.css';

interface Props<T> {
  label: string;
  items: T[];
  keyOf: (item: T) => string;
  height: number;
  head?: ReactNode;
  hasMore?: boolean;
  loadMore?: () => void;
  children: (item: T) => ReactNode;
}

function move(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement) || event.target.matches('input, textarea')) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const row = event.target.closest('[data-index]');
  const at = stops.findIndex((stop) => row?.contains(stop));
  const next = stops[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.closest('[data-index]')?.scrollIntoView({ block: 'nearest' });
}

export function Rows<T>({ label, items, keyOf, height, head, hasMore, loadMore, children }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);

  // After every drawing, because what stands above may have grown; it settles at once.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const top = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setOffset((before) => (Math.abs(before - top) > 1 ? top : before));
  });
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => (items[index] ? keyOf(items[index]) : index),
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && last >= items.length - 20) loadMore?.();
  }, [hasMore, last, items.length, loadMore]);

  return (
    <div className={css.box} role="table" aria-label={label} aria-rowcount={hasMore ? -1 : items.length}>
      {head && (
        <div className={css.head} role="row">
          {head}
        </div>
      )}
      {/* The keys only move the focus between links and buttons that are there anyway. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={list}
        className={css.list}
        role="rowgroup"
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={move}
      >
        {shown.map((row) => {
          const item = items[row.index];
          return item === undefined ? null : (
            <div
              key={row.key}
              ref={virtual.measureElement}
              data-index={row.index}
              role="row"
              className={css.row}
              style={{ transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}
            >
              {children(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
