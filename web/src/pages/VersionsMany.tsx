// Many versions at once: what is selected, the question before they go, and how far the server is.
// It is one call, whatever the number: the server judges each version by itself, in a job of its own.
import { Button, Checkbox, Modal, Progress } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';

import { Icon } from '../components/Icon';
import { toastDone, toastError } from '../components/toast';
import { useGql } from '../graphql/client';
import {
  CancelJobDocument,
  DeleteVersionsDocument,
  FreedByDeletionsDocument,
  JobDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { formatCount, formatDuration, plural } from '../lib/format';
import { freedText } from '../lib/freed';
import type { Place } from '../lib/links';
import css from './VersionsMany.module.css';
import form from './form.module.css';

const ASK_EVERY_MS = 400;
const NAMES_SHOWN = 12;
/** The server compares no more at once. */
const COMPARED_MAX = 200;

/** Follows a job to its end, then says what came of it. Above the versions: they may all be gone before it is over. */
export function Following({ id, done }: { id: string; done: () => void }) {
  const client = useQueryClient();
  const cancel = useChange(CancelJobDocument);
  const page = useGql(
    JobDocument,
    { id },
    {
      refetchInterval: (query) => {
        const state = query.state.data?.job?.state;
        return state && state !== 'WAITING' && state !== 'RUNNING' ? false : ASK_EVERY_MS;
      },
    },
  );
  const job = page.data?.job;
  const over = job && job.state !== 'WAITING' && job.state !== 'RUNNING';

  useEffect(() => {
    if (!over) return;
    const message = job.message ?? '';
    if (job.state === 'FAILED') toastError(new Error(message));
    else toastDone(job.state === 'CANCELED' ? `Canceled. ${message}` : message);
    done();
    void client.invalidateQueries();
    // Once, when it is over.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [over]);

  return (
    <div className={css.bar} role="status">
      <span>{job ? `${formatCount(job.done)} of ${plural(job.total, 'version')}` : 'It starts…'}</span>
      <Progress
        className={css.progress}
        value={job && job.total > 0 ? (job.done / job.total) * 100 : 0}
        aria-label="How far it is"
        animated
      />
      <Button size="xs" variant="default" onClick={() => cancel.mutate({ input: { id } })}>
        Cancel
      </Button>
    </div>
  );
}

export interface Selected {
  /** Of those on the page; empty when `everything` is chosen. */
  versions: readonly string[];
  everything: boolean;
  count: number;
  /** How many of them have an alias, as far as they are on the page. */
  aliased: number;
  /** Those on the page: their ids, and whether each has an alias. */
  artifacts: readonly { id: string; aliased: boolean }[];
}

interface Props {
  place: Place;
  inRegistry: boolean;
  selected: Selected;
  total: number;
  clear: () => void;
  selectEverything: () => void;
  started: (job: string) => void;
}

/** What the deletion of them gives back, and for how long it can be undone. */
function Freed({ selected, withAliases }: { selected: Selected; withAliases: boolean }) {
  const ids = selected.artifacts.filter((a) => withAliases || !a.aliased).map((a) => a.id);
  const asked = !selected.everything && ids.length > 0 && ids.length <= COMPARED_MAX;
  const freed = useGql(FreedByDeletionsDocument, { ids }, { enabled: asked });
  const figures = freed.data?.freedByDeletion;
  return (
    <p role="status" style={{ margin: 0 }}>
      {asked && freed.isPending && 'Looking what that frees… '}
      {figures && `${freedText(figures, true)} `}
      {figures && figures.restorableSeconds > 0
        ? `For ${formatDuration(figures.restorableSeconds)} they can be restored; the space is free after that.`
        : 'For a while they can be restored.'}
    </p>
  );
}

function Question({ place, inRegistry, selected, clear, close, started }: Props & { close: () => void }) {
  const remove = useChange(DeleteVersionsDocument);
  const [withAliases, setWithAliases] = useState(false);
  const { entity, project, collection } = place;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const numbers = selected.versions.map((version) => Number(version.slice(1)));
    const input = {
      entityName: entity,
      projectName: project,
      collectionName: collection,
      filters: selected.everything ? null : JSON.stringify({ version: { $in: numbers } }),
      deleteAliases: withAliases,
    };
    remove.mutate(
      { input },
      {
        onSuccess: (done) => {
          if (done.deleteArtifactVersions) started(done.deleteArtifactVersions.job.id);
          clear();
        },
        onSettled: close,
      },
    );
  };
  const names = selected.versions.slice(0, NAMES_SHOWN).join(', ');
  const more = selected.versions.length - NAMES_SHOWN;

  return (
    <form className={form.form} onSubmit={submit}>
      <div>
        {selected.everything ? 'Every version of it' : more > 0 ? `${names} and ${more} more` : names}.{' '}
        {inRegistry
          ? 'They leave this collection, with their aliases here; the versions themselves stay in their projects.'
          : 'Links to them in registries go, too.'}
      </div>
      {(selected.aliased > 0 || selected.everything) && (
        <Checkbox
          label={
            selected.everything
              ? 'Also those that have aliases'
              : `Also those that have aliases (${selected.aliased})`
          }
          description="Otherwise they stay. Those with a protected alias stay in any case."
          checked={withAliases}
          onChange={(event) => setWithAliases(event.currentTarget.checked)}
        />
      )}
      {!inRegistry && <Freed selected={selected} withAliases={withAliases} />}
      <div className={form.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" color="red" loading={remove.isPending} data-autofocus>
          {inRegistry ? 'Unlink versions' : 'Delete versions'}
        </Button>
      </div>
    </form>
  );
}

export function VersionsMany(props: Props) {
  const { place, inRegistry, selected, total, clear, selectEverything } = props;
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const verb = inRegistry ? 'Unlink' : 'Delete';

  if (selected.count === 0) return null;
  return (
    <div className={css.bar} role="group" aria-label="Selected versions">
      <span className={css.count}>{formatCount(selected.count)} selected</span>
      {!selected.everything && total > selected.count && (
        <Button size="compact-sm" variant="subtle" onClick={selectEverything}>
          Select all {formatCount(total)}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={clear}>
        Clear
      </Button>
      <Button
        className={css.act}
        size="xs"
        color="red"
        variant="light"
        leftSection={<Icon name={inRegistry ? 'unlink' : 'trash'} size={14} />}
        onClick={() => setAsking(true)}
      >
        {verb} versions
      </Button>
      <Modal
        opened={asking}
        onClose={close}
        size={480}
        title={`${verb} ${plural(selected.count, 'version')} of ${place.collection}?`}
      >
        <Question {...props} close={close} />
      </Modal>
    </div>
  );
}
