// Aliases, tags and types as chips. Aliases are orange; protected ones gray with a lock; tags have a
// line around them.
import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { useState, type ReactNode } from 'react';

import css from './Chips.module.css';
import { Icon } from './Icon';
import { toastError } from './toast';

type Kind = 'alias' | 'locked' | 'tag' | 'type';

export function Chip({ kind, children, end }: { kind: Kind; children: ReactNode; end?: ReactNode }) {
  return (
    <span className={css.chip} data-kind={kind}>
      {kind === 'locked' && <Icon name="lock" size={11} />}
      <span className={css.text}>{children}</span>
      {end}
    </span>
  );
}

/** Without the numbers that old clients look for among the aliases. */
export function namedAliases(aliases: { alias: string }[] | null | undefined): string[] {
  return (aliases ?? []).map((a) => a.alias).filter((alias) => !/^v\d+$/.test(alias));
}

export function AliasChips({ aliases, locked }: { aliases: string[]; locked: readonly string[] }) {
  return (
    <span className={css.chips}>
      {aliases.map((alias) => (
        <Chip key={alias} kind={locked.includes(alias) ? 'locked' : 'alias'}>
          {alias}
        </Chip>
      ))}
    </span>
  );
}

export function TagChips({ tags }: { tags: string[] }) {
  return (
    <span className={css.chips}>
      {tags.map((tag) => (
        <Chip key={tag} kind="tag">
          {tag}
        </Chip>
      ))}
    </span>
  );
}

interface EditorProps {
  /** "alias" or "tag": what one of them is called. */
  noun: 'alias' | 'tag';
  items: string[];
  locked?: readonly string[];
  /** They are drawn as protected ones, whatever they are called. */
  everyLocked?: boolean;
  canEdit: boolean;
  /** Some need more than the right to edit, or cannot go at all. */
  canRemove?: (item: string) => boolean;
  problem: (text: string) => string | null;
  add: (text: string) => Promise<unknown>;
  remove: (text: string) => Promise<unknown>;
}

/**
 * Chips with a plus and crosses. What was asked for shows at once; when the server refuses it goes back
 * and the server's reason shows.
 */
export function ChipEditor(props: EditorProps) {
  const { noun, items, locked = [], canEdit, canRemove = () => true } = props;
  const [adding, setAdding] = useState<string[]>([]);
  const [removing, setRemoving] = useState<string[]>([]);
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const shown = [...items, ...adding.filter((a) => !items.includes(a))].filter((a) => !removing.includes(a));

  const follow = (work: Promise<unknown>, item: string, set: typeof setAdding) => {
    set((list) => [...list, item]);
    void work.catch(toastError).finally(() => set((list) => list.filter((each) => each !== item)));
  };
  const submit = () => {
    const wanted = (text ?? '').trim();
    const bad = props.problem(wanted);
    if (bad) {
      setProblem(bad);
      return;
    }
    if (!shown.includes(wanted)) follow(props.add(wanted), wanted, setAdding);
    setText('');
    setProblem(null);
  };
  const close = () => {
    setText(null);
    setProblem(null);
  };

  return (
    <div className={css.editor}>
      <span className={css.chips}>
        {shown.map((item) => (
          <Chip
            key={item}
            kind={noun === 'tag' ? 'tag' : props.everyLocked || locked.includes(item) ? 'locked' : 'alias'}
            end={
              canEdit &&
              canRemove(item) && (
                <button
                  type="button"
                  className={css.cross}
                  aria-label={`Remove ${noun} ${item}`}
                  onClick={() => follow(props.remove(item), item, setRemoving)}
                >
                  <Icon name="close" size={10} />
                </button>
              )
            }
          >
            {item}
          </Chip>
        ))}
        {shown.length === 0 && text === null && <span className={css.none}>None</span>}
        {canEdit && text === null && (
          <Tooltip label={`Add ${noun === 'alias' ? 'an alias' : 'a tag'}`}>
            <ActionIcon size="xs" variant="default" aria-label={`Add ${noun}`} onClick={() => setText('')}>
              <Icon name="plus" size={12} />
            </ActionIcon>
          </Tooltip>
        )}
        {text !== null && (
          <TextInput
            size="xs"
            w={180}
            autoFocus
            aria-label={`New ${noun}`}
            placeholder={`New ${noun}, then Enter`}
            value={text}
            error={problem}
            errorProps={{ role: 'alert' }}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setProblem(null);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') submit();
              else if (event.key === 'Escape') close();
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
            onBlur={() => text === '' && close()}
          />
        )}
      </span>
    </div>
  );
}
