// Link to registry, from a version in a project: choose a collection (or make one, also in a registry that
// is made on the way), then aliases, then link. Collections of another type are not offered.
import { Button, Drawer, SegmentedControl, Select, TagsInput, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { FindSelect, useFind } from '../components/FindSelect';
import { Icon } from '../components/Icon';
import { toastDone } from '../components/toast';
import { useGql } from '../graphql/client';
import { LinkVersionDocument, PickArtifactsDocument, RegistriesDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { versionLink } from '../lib/links';
import { aliasProblem, collectionNameProblem, registryName } from '../lib/names';
import { collectionFilter } from '../lib/picking';
import { mayCreateRegistry } from '../lib/roles';
import { findOrg, useViewer } from '../lib/viewer';
import { CreateRegistry } from './CreateRegistry';
import css from './form.module.css';
import type { Version } from './VersionPage';

interface Props {
  opened: boolean;
  close: () => void;
  artifact: Version;
  label: string;
  org: string | null;
}

function Form({ close, artifact, label, org }: Props & { org: string }) {
  const type = artifact.artifactType.name;
  const viewer = useViewer();
  const [step, setStep] = useState(1);
  const [registry, setRegistry] = useState<string | null>(null);
  const [mode, setMode] = useState('existing');
  const [existing, setExisting] = useState<string | null>(null);
  const [fresh, setFresh] = useState('');
  const [aliases, setAliases] = useState<string[]>([]);
  const [creating, setCreating] = useState(false);
  const find = useFind();
  const link = useChange(LinkVersionDocument);
  const registries = useGql(RegistriesDocument, { organization: org, after: null });
  const entity = registries.data?.organization?.orgEntity;
  const all = (entity?.projects?.edges ?? []).flatMap(({ node }) => (node ? [node] : []));
  const offered = all
    .filter(
      (each) =>
        each.permissions.link &&
        (each.allowAllArtifactTypesInRegistry || each.artifactTypes.edges.some((e) => e.node?.name === type)),
    )
    .map((each) => ({ value: each.name, label: registryName(each.name) }));
  const collections = useGql(
    PickArtifactsDocument,
    { entity: entity?.name ?? '', project: registry ?? '', filters: collectionFilter(type, find.text) },
    { enabled: registry !== null && entity != null },
  );
  const names =
    collections.data?.project?.artifactCollections?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ??
    [];
  const collection = mode === 'existing' ? existing : fresh;
  const freshProblem = mode === 'new' && fresh ? collectionNameProblem(fresh) : null;
  const aliasesProblem = aliases.map(aliasProblem).find(Boolean) ?? null;
  const unfit = registry !== null && !registries.isFetching && !offered.some((o) => o.value === registry);
  const chosen = registry !== null && !unfit && !!collection && !freshProblem;

  const submit = () => {
    if (!chosen || !entity) return;
    const input = {
      artifactID: artifact.id,
      entityName: entity.name,
      projectName: registry,
      artifactPortfolioName: collection,
      aliases: aliases.map((alias) => ({ artifactCollectionName: collection, alias })),
    };
    link.mutate(
      { input },
      {
        onSuccess: (done) => {
          const version = `v${done.linkArtifact?.versionIndex ?? 0}`;
          const place = { org, entity: entity.name, project: registry, type, collection };
          toastDone(
            <>
              {label} is linked: <Link {...versionLink(place, version)}>{`${collection}:${version}`}</Link>
            </>,
          );
          close();
        },
      },
    );
  };

  return step === 1 ? (
    <div className={css.form}>
      <Select
        label="Registry"
        placeholder="Choose a registry"
        searchable
        data={offered}
        value={registry}
        error={unfit ? `${registryName(registry)} does not take ${type}: choose another registry.` : null}
        nothingFoundMessage={
          registries.isPending
            ? 'Loading…'
            : (registries.error?.message ?? `No registry that you may link to takes ${type}`)
        }
        onChange={(value) => {
          setRegistry(value);
          setExisting(null);
        }}
      />
      {entity &&
        mayCreateRegistry(
          all.map((each) => each.viewerRole),
          findOrg(viewer, org)?.viewerRole,
        ) && (
          <>
            <Button
              variant="default"
              size="xs"
              leftSection={<Icon name="plus" size={14} />}
              onClick={() => setCreating(true)}
            >
              Create new registry
            </Button>
            <CreateRegistry
              opened={creating}
              close={() => setCreating(false)}
              org={org}
              entity={entity.name}
              taken={all.map((each) => registryName(each.name))}
              created={(project) => {
                setRegistry(project);
                setExisting(null);
                setMode('new');
              }}
            />
          </>
        )}
      <SegmentedControl
        data={[
          { value: 'existing', label: 'A collection' },
          { value: 'new', label: 'Create new' },
        ]}
        value={mode}
        onChange={setMode}
      />
      {mode === 'existing' ? (
        <FindSelect
          label={type === 'model' ? 'Select a registered model' : 'Select a collection'}
          placeholder={registry ? 'Choose a collection' : ''}
          disabled={!registry}
          found={names.map((name) => ({ value: name, label: name }))}
          find={find}
          value={existing}
          nothing={
            collections.isFetching
              ? 'Loading…'
              : (collections.error?.message ?? `No collection of type ${type}`)
          }
          onChange={setExisting}
        />
      ) : (
        <TextInput
          label="Name of the new collection"
          value={fresh}
          error={freshProblem}
          onChange={(event) => setFresh(event.currentTarget.value)}
        />
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button disabled={!chosen} onClick={() => setStep(2)}>
          Next step
        </Button>
      </div>
    </div>
  ) : (
    <div className={css.form}>
      <p className={css.hint}>
        {label} gets a place in {registryName(registry ?? '')} / {collection}. Everybody who sees that
        registry will see it.
      </p>
      <TagsInput
        label="Aliases"
        description="Optional. 'latest' moves to the new version by itself."
        data-autofocus
        value={aliases}
        error={aliasesProblem}
        onChange={setAliases}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={() => setStep(1)}>
          Back
        </Button>
        <Button disabled={aliasesProblem !== null} loading={link.isPending} onClick={submit}>
          Link to registry
        </Button>
      </div>
    </div>
  );
}

export function LinkToRegistry(props: Props) {
  return (
    <Drawer opened={props.opened} onClose={props.close} title="Link to registry">
      {props.org !== null && <Form {...props} org={props.org} />}
    </Drawer>
  );
}
