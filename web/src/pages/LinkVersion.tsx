// The panel behind Link new version: a version of a team's project gets a place in a collection.
import { Button, Drawer, TagsInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { toastDone } from '../components/toast';
import { LinkVersionDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import type { Place } from '../lib/links';
import { aliasProblem } from '../lib/names';
import css from './form.module.css';
import { PickVersion, type Picked } from './PickVersion';

interface Props {
  opened: boolean;
  close: () => void;
  target: Place | null;
}

function Form({ target, close }: { target: Place; close: () => void }) {
  const [picked, setPicked] = useState<Picked | null>(null);
  const [aliases, setAliases] = useState<string[]>([]);
  const link = useChange(LinkVersionDocument);
  const problem = aliases.map(aliasProblem).find(Boolean) ?? null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!picked || problem) return;
    const input = {
      artifactID: picked.id,
      entityName: target.entity,
      projectName: target.project,
      artifactPortfolioName: target.collection,
      aliases: aliases.map((alias) => ({ artifactCollectionName: target.collection, alias })),
    };
    link.mutate(
      { input },
      {
        onSuccess: (done) => {
          toastDone(`${picked.label} is v${done.linkArtifact?.versionIndex ?? ''} of ${target.collection}.`);
          close();
        },
      },
    );
  };

  return (
    <form className={css.form} onSubmit={submit}>
      <PickVersion org={target.org ?? ''} type={target.type} onPick={setPicked} />
      <TagsInput
        label="Aliases"
        description="Optional. 'latest' moves to the new version by itself."
        value={aliases}
        error={problem}
        onChange={setAliases}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={!picked || problem !== null} loading={link.isPending}>
          Link
        </Button>
      </div>
    </form>
  );
}

export function LinkVersion({ opened, close, target }: Props) {
  return (
    <Drawer opened={opened} onClose={close} title={`Link new version to ${target?.collection ?? ''}`}>
      {target && <Form target={target} close={close} />}
    </Drawer>
  );
}
