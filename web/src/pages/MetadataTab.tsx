// The Metadata tab: a version's metadata as a tree; in its own project it can be changed as JSON.
import { Button, JsonInput } from '@mantine/core';
import { useState } from 'react';

import { Icon } from '../components/Icon';
import { JsonTree } from '../components/JsonTree';
import { Empty } from '../components/states';
import { UpdateVersionDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import css from './form.module.css';
import type { Version } from './VersionPage';

function parse(text: string | null | undefined): Record<string, unknown> {
  try {
    const value = JSON.parse(text ?? '{}') as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

function objectProblem(text: string): string | null {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
  } catch {
    // Said below.
  }
  return 'Metadata is a JSON object: {"key": value}.';
}

export default function MetadataTab({ artifact, canEdit }: { artifact: Version; canEdit: boolean }) {
  const update = useChange(UpdateVersionDocument);
  const [draft, setDraft] = useState<string | null>(null);
  const metadata = parse(artifact.metadata);
  const problem = draft === null ? null : objectProblem(draft);
  const edit = () => setDraft(JSON.stringify(metadata, null, 2));

  if (draft !== null)
    return (
      <div className={css.form}>
        <JsonInput
          aria-label="Metadata"
          autosize
          minRows={8}
          value={draft}
          error={problem}
          onChange={setDraft}
        />
        <div className={css.buttons}>
          <Button variant="default" onClick={() => setDraft(null)}>
            Cancel
          </Button>
          <Button
            disabled={problem !== null}
            loading={update.isPending}
            onClick={() =>
              update.mutate(
                { input: { artifactID: artifact.id, metadata: draft } },
                { onSuccess: () => setDraft(null) },
              )
            }
          >
            Save
          </Button>
        </div>
      </div>
    );
  return (
    <div className={css.form}>
      {canEdit && (
        <div>
          <Button variant="default" size="xs" leftSection={<Icon name="pencil" size={14} />} onClick={edit}>
            Edit metadata
          </Button>
        </div>
      )}
      {Object.keys(metadata).length === 0 ? (
        <Empty icon="tag" title="No metadata">
          <p>Give it to the artifact when it is made: wandb.Artifact(…, metadata={'{…}'}).</p>
        </Empty>
      ) : (
        <div>
          <JsonTree value={metadata} label="metadata" />
        </div>
      )}
    </div>
  );
}
