// Search and go-to in one box: Ctrl K or / opens it, arrows choose, Enter goes, Escape closes.
import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState, type KeyboardEvent } from 'react';

import { useGql } from '../graphql/client';
import { SearchDocument } from '../graphql/generated';
import { foundLines } from '../lib/search';
import { useOrg, useViewer } from '../lib/viewer';
import { Icon, type IconName } from './Icon';
import css from './Palette.module.css';

interface Choice {
  key: string;
  group: string;
  label: string;
  hint?: string;
  icon: IconName;
  go: () => void;
}

function usePlaces(): Choice[] {
  const viewer = useViewer();
  const org = useOrg();
  const navigate = useNavigate();

  return useMemo(() => {
    const places: Choice[] = [];
    const add = (label: string, icon: IconName, go: () => Promise<void>, hint?: string) =>
      places.push({
        key: `go ${label} ${hint ?? ''}`,
        group: 'Go to',
        label,
        icon,
        hint,
        go: () => void go(),
      });
    for (const each of viewer.organizations)
      add(
        'Registry',
        'registry',
        () => navigate({ to: '/orgs/$org/registry', params: { org: each.name } }),
        each.name,
      );
    for (const team of org?.teams ?? [])
      add(team.name, 'users', () => navigate({ to: '/$entity', params: { entity: team.name } }), 'team');
    if (org)
      add(
        'People and teams',
        'building',
        () => navigate({ to: '/orgs/$org', params: { org: org.name } }),
        org.name,
      );
    add('Settings', 'gear', () => navigate({ to: '/settings' }));
    add('API key for the client', 'key', () => navigate({ to: '/authorize' }));
    if (viewer.admin) add('This server', 'storage', () => navigate({ to: '/admin' }));
    return places;
  }, [viewer, org, navigate]);
}

function PaletteBody({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const places = usePlaces();
  const org = useOrg();
  const navigate = useNavigate();
  const [typed] = useDebouncedValue(text.trim(), 120);
  const search = useGql(
    SearchDocument,
    { organization: org?.name ?? '', text: typed, first: 8 },
    { enabled: typed !== '' && org !== undefined, placeholderData: keepPreviousData },
  );
  const list = useId();
  const wanted = text.trim().toLowerCase();
  const found: Choice[] =
    typed === '' || !org || !search.data
      ? []
      : foundLines(org.name, search.data.search).map((line) => ({
          ...line,
          go: () => void navigate(line.link),
        }));
  const shown = [
    ...found,
    ...places.filter((p) => `${p.label} ${p.hint ?? ''}`.toLowerCase().includes(wanted)),
  ];
  const at = Math.min(chosen, Math.max(0, shown.length - 1));

  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    choice.go();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((at + 1) % Math.max(1, shown.length));
    else if (event.key === 'ArrowUp') setChosen((at + shown.length - 1) % Math.max(1, shown.length));
    else if (event.key === 'Enter') take(shown[at]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={css.field}>
        <Icon name="search" size={17} />
        <input
          className={css.input}
          placeholder="Search registries, collections, tags, aliases…"
          aria-label="Search or go to"
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={shown[at] ? `${list}-${at}` : undefined}
          data-autofocus
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div id={list} className={css.list} role="listbox" aria-label="Results">
        {shown.length === 0 && (
          <p className={css.nothing}>{search.isFetching ? 'Searching…' : 'Nothing is called that.'}</p>
        )}
        {shown.map((choice, i) => (
          <div key={choice.key}>
            {choice.group !== shown[i - 1]?.group && <div className={css.group}>{choice.group}</div>}
            <button
              type="button"
              tabIndex={-1}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === at}
              className={css.choice}
              onMouseMove={() => setChosen(i)}
              onClick={() => take(choice)}
            >
              <Icon name={choice.icon} />
              <span className={css.label}>{choice.label}</span>
              {choice.hint && <span className={css.hint}>{choice.hint}</span>}
            </button>
          </div>
        ))}
      </div>
    </>
  );
}

export default function Palette({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal.Root
      opened={opened}
      onClose={close}
      centered={false}
      yOffset="12vh"
      size={600}
      padding={0}
      transitionProps={{ duration: 80, transition: 'fade' }}
    >
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label="Search or go to">
        <Modal.Body>
          <PaletteBody close={close} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
