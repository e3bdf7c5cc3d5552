// What the version's menu asks before it acts: unlink, delete, time to live.
import { Button, Modal, NumberInput, Radio } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { namedAliases } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { toastDone } from '../components/toast';
import { useGql } from '../graphql/client';
import {
  DeleteVersionDocument,
  FreedByDeletionDocument,
  UnlinkVersionDocument,
  UpdateVersionDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { formatDuration } from '../lib/format';
import { freedText } from '../lib/freed';
import { collectionLink, type Place } from '../lib/links';
import css from './form.module.css';
import type { Membership, Version } from './VersionPage';

export type VersionDialog = 'unlink' | 'delete' | 'ttl' | 'link' | null;

const DAY_S = 86_400;
const INHERIT = -1;
const OFF = -2;

interface Props {
  dialog: VersionDialog;
  close: () => void;
  membership: Membership;
  artifact: Version;
  place: Place;
  version: string;
}

function TtlForm({ artifact, close }: { artifact: Version; close: () => void }) {
  const update = useChange(UpdateVersionDocument);
  const now = artifact.ttlDurationSeconds;
  const [kind, setKind] = useState(artifact.ttlIsInherited ? 'inherit' : now > 0 ? 'custom' : 'off');
  const [days, setDays] = useState<number | string>(now > 0 ? Math.round(now / DAY_S) : 30);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ttlDurationSeconds = kind === 'custom' ? Number(days) * DAY_S : kind === 'off' ? OFF : INHERIT;
    update.mutate({ input: { artifactID: artifact.id, ttlDurationSeconds } }, { onSuccess: close });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Radio.Group label="When does this version expire?" value={kind} onChange={setKind}>
        <div className={css.form} style={{ marginTop: 10, gap: 10 }}>
          <Radio value="inherit" label="Inherit" description="What the team has set" />
          <Radio value="custom" label="Custom" description="Counted from when it was made" />
          <Radio value="off" label="Deactivate" description="It never expires" />
        </div>
      </Radio.Group>
      {kind === 'custom' && (
        <NumberInput label="Days" min={1} max={36_500} allowDecimal={false} value={days} onChange={setDays} />
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={update.isPending} disabled={kind === 'custom' && !(Number(days) >= 1)}>
          Update TTL policy
        </Button>
      </div>
    </form>
  );
}

/** What goes with the version, what its deletion gives back, and for how long it can be undone. */
function DeletionFacts({ artifact, aliases }: { artifact: Version; aliases: string[] }) {
  const freed = useGql(FreedByDeletionDocument, { id: artifact.id });
  const figures = freed.data?.artifact?.freedByDeletion;
  return (
    <>
      <p style={{ margin: 0 }}>
        {aliases.length > 0 && `Its aliases (${aliases.join(', ')}) go with it. `}
        Links to it in registries go, too.
      </p>
      <p style={{ margin: '8px 0 0' }} role="status">
        {freed.isPending ? 'Looking what that frees…' : figures && freedText(figures)}
      </p>
      <p style={{ margin: '8px 0 0' }}>
        {figures && figures.restorableSeconds > 0
          ? `For ${formatDuration(figures.restorableSeconds)} it can be restored; the space is free after that.`
          : !figures && 'For a while it can be restored.'}
      </p>
    </>
  );
}

export function VersionActions({ dialog, close, membership, artifact, place, version }: Props) {
  const navigate = useNavigate();
  const unlink = useChange(UnlinkVersionDocument);
  const remove = useChange(DeleteVersionDocument);
  const aliases = namedAliases(membership.aliases);
  const leave = (what: string) => {
    close();
    toastDone(`${place.collection}:${version} is ${what}.`);
    void navigate(collectionLink(place));
  };

  return (
    <>
      <Confirm
        opened={dialog === 'unlink'}
        close={close}
        title={`Unlink ${place.collection}:${version}?`}
        action="Unlink version"
        busy={unlink.isPending}
        confirm={() =>
          void unlink
            .mutateAsync({
              input: {
                artifactID: artifact.id,
                artifactPortfolioID: membership.artifactCollection?.id ?? '',
              },
            })
            // Also when the page has seen by now that its version is gone, and this with it.
            .then(() => leave('unlinked'), close)
        }
      >
        It leaves this collection, with its aliases here; the version itself stays in its project.
      </Confirm>
      <Confirm
        opened={dialog === 'delete'}
        close={close}
        title={`Delete ${place.collection}:${version}?`}
        action="Delete version"
        busy={remove.isPending}
        confirm={() =>
          void remove
            .mutateAsync({ input: { artifactID: artifact.id, deleteAliases: true } })
            .then(() => leave('deleted'), close)
        }
      >
        <DeletionFacts artifact={artifact} aliases={aliases} />
      </Confirm>
      <Modal opened={dialog === 'ttl'} onClose={close} title="Edit TTL policy">
        <TtlForm artifact={artifact} close={close} />
      </Modal>
    </>
  );
}
