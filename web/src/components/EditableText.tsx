// A description that can be changed where it stands: pencil, then Save or Cancel. Markdown's renderer
// is loaded when the first description is shown.
import { ActionIcon, Button, Skeleton, Textarea, Tooltip } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';

import { Icon } from './Icon';
import { Section } from './Page';
import css from '../pages/form.module.css';
import { toastError } from './toast';

const Markdown = lazy(() => import('./Markdown'));

interface Props {
  title?: string;
  text: string;
  canEdit: boolean;
  save: (text: string) => Promise<unknown>;
}

export function EditableText({ title = 'Description', text, canEdit, save }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = () => {
    setBusy(true);
    void save(draft ?? '')
      .then(() => setDraft(null), toastError)
      .finally(() => setBusy(false));
  };
  return (
    <Section
      title={title}
      beside={
        canEdit &&
        draft === null && (
          <Tooltip label="Edit description">
            <ActionIcon aria-label="Edit description" size="sm" onClick={() => setDraft(text)}>
              <Icon name="pencil" size={14} />
            </ActionIcon>
          </Tooltip>
        )
      }
    >
      {draft !== null ? (
        <div className={css.form}>
          <Textarea
            aria-label="Description"
            description="Markdown"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autosize
            minRows={4}
            maxRows={24}
            autoFocus
            value={draft}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setDraft(null);
              if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
            }}
          />
          <div className={css.buttons}>
            <Button variant="default" onClick={() => setDraft(null)}>
              Cancel
            </Button>
            <Button loading={busy} onClick={submit}>
              Save
            </Button>
          </div>
        </div>
      ) : text ? (
        <Suspense fallback={<Skeleton height={60} />}>
          <Markdown text={text} />
        </Suspense>
      ) : (
        <p className={css.hint}>No description yet.</p>
      )}
    </Section>
  );
}
