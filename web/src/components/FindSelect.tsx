// A list to pick one of, when there may be more than are worth loading: what is typed is asked of the
// server, and what was picked stays shown whatever is found next.
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

export interface Option {
  value: string;
  label: string;
}

interface Props {
  label: string;
  placeholder?: string;
  disabled?: boolean;
  /** What the server found for the text that `useFind` gave. */
  found: readonly Option[];
  find: Find;
  value: string | null;
  nothing: string;
  onChange: (value: string | null, label: string) => void;
}

interface Find {
  /** What to ask the server for. */
  text: string;
  typed: string;
  setTyped: (text: string) => void;
  picked: Option | null;
  setPicked: (option: Option | null) => void;
}

export function useFind(): Find {
  const [typed, setTyped] = useState('');
  const [picked, setPicked] = useState<Option | null>(null);
  const [late] = useDebouncedValue(typed.trim(), 180);
  return { text: late === picked?.label ? '' : late, typed, setTyped, picked, setPicked };
}

export function FindSelect({ label, placeholder, disabled, found, find, value, nothing, onChange }: Props) {
  const kept = find.picked && find.picked.value === value ? find.picked : null;
  const data = kept && !found.some((option) => option.value === kept.value) ? [kept, ...found] : [...found];
  return (
    <Select
      label={label}
      placeholder={placeholder}
      searchable
      disabled={disabled}
      data={data}
      value={value}
      searchValue={find.typed}
      onSearchChange={find.setTyped}
      nothingFoundMessage={nothing}
      onChange={(next, option: Option | null) => {
        find.setPicked(next === null ? null : option);
        onChange(next, option?.label ?? '');
      }}
    />
  );
}
