// A line of the tree of artifacts, and how the arrow keys go from one to the next.
import { Link, type LinkProps } from '@tanstack/react-router';
import {
  createContext,
  useContext,
  useEffect,
  useRef,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';

import { Icon, type IconName } from '../components/Icon';
import type { Place } from '../lib/links';
import css from './ArtifactTree.module.css';

/** Where the reader is: a collection, and perhaps a version of it and one of its tabs. */
export interface Here extends Place {
  version?: string;
  tab?: string;
}

export interface Tree {
  here: Here;
  text: string;
  isOpen: (key: string) => boolean;
  toggle: (key: string) => void;
}
export const TreeContext = createContext<Tree | null>(null);

export function useTree(): Tree {
  const tree = useContext(TreeContext);
  if (!tree) throw new Error('useTree outside of a tree');
  return tree;
}

interface LineProps {
  level: number;
  /** What opens and closes; none for what holds nothing. */
  branch?: string;
  link?: LinkProps;
  current?: boolean;
  icon?: IconName;
  onClick?: () => void;
  label: string;
  children?: ReactNode;
}

export function Line({ level, branch, link, current = false, icon, onClick, label, children }: LineProps) {
  const { isOpen, toggle } = useTree();
  const line = useRef<HTMLElement>(null);
  const open = branch === undefined ? undefined : isOpen(branch);

  useEffect(() => {
    if (current) line.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const turn = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (branch !== undefined) toggle(branch);
  };
  const inside = (
    <>
      {branch === undefined ? (
        <span className={css.gap} />
      ) : (
        // For the mouse only: the arrow keys do the same.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
        <span className={css.turn} onClick={turn}>
          <Icon name={open ? 'down' : 'right'} size={13} />
        </span>
      )}
      {icon && <Icon name={icon} size={14} />}
      <span className={css.label}>{label}</span>
      {children}
    </>
  );
  const common = {
    role: 'treeitem',
    'aria-selected': current,
    tabIndex: -1,
    className: css.line,
    title: label,
    'aria-level': level,
    'aria-expanded': open,
    'aria-current': current ? ('page' as const) : undefined,
    'data-branch': branch,
    style: { paddingLeft: 4 + (level - 1) * 15 },
  };
  if (link)
    return (
      <Link
        {...link}
        {...common}
        activeOptions={{ exact: true }}
        preload={false}
        ref={(element) => void (line.current = element)}
      >
        {inside}
      </Link>
    );
  return (
    <button
      type="button"
      {...common}
      onClick={onClick ?? turn}
      ref={(element) => void (line.current = element)}
    >
      {inside}
    </button>
  );
}

export function Note({ level, children }: { level: number; children: ReactNode }) {
  return (
    <div
      className={css.note}
      role="treeitem"
      aria-selected={false}
      aria-level={level}
      style={{ paddingLeft: 28 + (level - 1) * 15 }}
    >
      {children}
    </div>
  );
}

/** Arrow keys: up and down through what is shown, right and left into and out of it. */
export function move(event: KeyboardEvent<HTMLElement>, toggle: (key: string) => void): void {
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=treeitem][tabindex]')];
  const at = lines.findIndex((line) => line === document.activeElement);
  const line = lines[at];
  if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
  const level = Number(line.ariaLevel);
  const { branch } = line.dataset;
  const above = lines.slice(0, at).findLast((each) => Number(each.ariaLevel) < level);
  const keys: Record<string, () => void> = {
    ArrowDown: () => lines[at + 1]?.focus(),
    ArrowUp: () => lines[at - 1]?.focus(),
    Home: () => lines[0]?.focus(),
    End: () => lines.at(-1)?.focus(),
    ArrowRight: () => {
      if (branch !== undefined && line.ariaExpanded === 'false') toggle(branch);
      else if (branch !== undefined) lines[at + 1]?.focus();
    },
    ArrowLeft: () => {
      if (branch !== undefined && line.ariaExpanded === 'true') toggle(branch);
      else above?.focus();
    },
  };
  const work = keys[event.key];
  if (!work) return;
  event.preventDefault();
  work();
}
