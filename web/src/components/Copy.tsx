// Copying: a small button, and a block of code with one. Over plain http to another machine the
// browser has no clipboard for pages, so the old way is tried too.
import { ActionIcon, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

import css from './Copy.module.css';
import { Icon } from './Icon';

function copyTheOldWay(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = css.offscreen!;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon
        aria-label={label}
        size="sm"
        color={copied ? 'green' : 'gray'}
        onClick={() => void copyText(text).then(setCopied)}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

export function Code({ text, label = 'Copy code' }: { text: string; label?: string }) {
  return (
    <div className={css.code}>
      {/* A block that scrolls has to be reachable with the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label="Code">
        {text}
      </pre>
      <div className={css.corner}>
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
