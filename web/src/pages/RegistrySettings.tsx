// The settings of a registry, block by block. Who may not change a block sees it as it is.
import { ActionIcon, Button, Select, TagsInput, Textarea, TextInput, Tooltip } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Chip, ChipEditor } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { Icon } from '../components/Icon';
import { Card, PageHead, Section } from '../components/Page';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { toastDone } from '../components/toast';
import { useGql } from '../graphql/client';
import {
  DeleteProjectDocument,
  ProtectAliasDocument,
  RegistryPageDocument,
  RenameRegistryDocument,
  UnprotectAliasDocument,
  UpsertRegistryDocument,
  type RegistryPageQuery,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { useLive } from '../lib/live';
import { registryLink, settingsLink } from '../lib/links';
import {
  aliasProblem,
  REGISTRY_PREFIX,
  registryName,
  registryNameProblem,
  typeNameProblem,
} from '../lib/names';
import { findOrg, useViewer } from '../lib/viewer';
import { DeletedHere } from './Deleted';
import css from './form.module.css';
import { RegistryIconChoice } from './RegistryIconChoice';
import { RegistryPeople } from './RegistryPeople';
import { StarButton } from './StarButton';

export type Registry = NonNullable<RegistryPageQuery['project']>;

interface BlockProps {
  registry: Registry;
  org: string;
  canEdit: boolean;
}

function Profile({ registry, org, canEdit }: BlockProps) {
  const navigate = useNavigate();
  const rename = useChange(RenameRegistryDocument);
  const upsert = useChange(UpsertRegistryDocument);
  const before = registryName(registry.name);
  const [name, setName] = useState(before);
  const [description, setDescription] = useState(registry.description ?? '');
  const problem = registryNameProblem(name);
  const changed = name !== before || description !== (registry.description ?? '');
  const fixed = registry.isCore;

  const save = async () => {
    const entityName = registry.entityName;
    if (description !== (registry.description ?? ''))
      await upsert.mutateAsync({ input: { name: registry.name, entityName, description } });
    if (name !== before) {
      const newProjectName = REGISTRY_PREFIX + name;
      await rename.mutateAsync({ input: { entityName, oldProjectName: registry.name, newProjectName } });
      await navigate({ ...settingsLink(org, newProjectName), replace: true });
    }
    toastDone('Saved.');
  };
  return (
    <div className={css.form}>
      <TextInput
        label="Name"
        value={name}
        disabled={!registry.permissions.rename || fixed}
        error={canEdit && !fixed ? problem : null}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        value={description}
        disabled={!canEdit || fixed}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      {fixed && (
        <p className={css.hint}>
          Every organization has this registry: its name, description and visibility stay.
        </p>
      )}
      {canEdit && !fixed && (
        <div className={css.buttons}>
          <Button
            disabled={!changed || problem !== null}
            loading={rename.isPending || upsert.isPending}
            onClick={() => void save().catch(() => undefined)}
          >
            Save
          </Button>
        </div>
      )}
    </div>
  );
}

function Visibility({ registry, canEdit }: BlockProps) {
  const upsert = useChange(UpsertRegistryDocument);
  return (
    <Select
      label="Registry visibility"
      description={
        registry.access === 'RESTRICTED'
          ? 'Only people and teams that were added see it.'
          : 'Everybody in the organization sees it.'
      }
      data={[
        { value: 'PRIVATE', label: 'Organization' },
        { value: 'RESTRICTED', label: 'Restricted' },
      ]}
      allowDeselect={false}
      disabled={!canEdit || registry.isCore || upsert.isPending}
      value={registry.access === 'RESTRICTED' ? 'RESTRICTED' : 'PRIVATE'}
      onChange={(access) =>
        upsert.mutate({ input: { name: registry.name, entityName: registry.entityName, access } })
      }
    />
  );
}

function Types({ registry, canEdit }: BlockProps) {
  const upsert = useChange(UpsertRegistryDocument);
  const saved = registry.artifactTypes.edges.flatMap(({ node }) => (node ? [node.name] : []));
  const [more, setMore] = useState<string[]>([]);
  const [all, setAll] = useState(registry.allowAllArtifactTypesInRegistry);
  const problem = more.map(typeNameProblem).find(Boolean) ?? null;
  const changed = all !== registry.allowAllArtifactTypesInRegistry || (!all && more.length > 0);

  const save = () =>
    upsert.mutate(
      {
        input: {
          name: registry.name,
          entityName: registry.entityName,
          allowAllArtifactTypesInRegistry: all,
          artifactTypes: all ? [] : [...saved, ...more].map((name) => ({ name })),
        },
      },
      { onSuccess: () => setMore([]) },
    );
  return (
    <div className={css.form}>
      <Select
        label="Accepted artifact types"
        data={[
          { value: 'all', label: 'All types' },
          { value: 'some', label: 'Specify types' },
        ]}
        allowDeselect={false}
        disabled={!canEdit}
        value={all ? 'all' : 'some'}
        onChange={(value) => setAll(value === 'all')}
      />
      {!all && (
        <div className={css.chips}>
          {saved.map((type) => (
            <Chip key={type} kind="type">
              {type}
            </Chip>
          ))}
        </div>
      )}
      {!all && canEdit && (
        <TagsInput
          label="More types"
          description="A type cannot be removed once it is saved."
          value={more}
          error={problem}
          onChange={setMore}
        />
      )}
      {canEdit && (
        <div className={css.buttons}>
          <Button disabled={!changed || problem !== null} loading={upsert.isPending} onClick={save}>
            Save types
          </Button>
        </div>
      )}
    </div>
  );
}

function Protected({ registry, canEdit }: BlockProps) {
  const protect = useChange(ProtectAliasDocument, { quiet: true });
  const unprotect = useChange(UnprotectAliasDocument, { quiet: true });
  const aliases = registry.protectedAliases;
  return (
    <>
      <p className={css.hint}>
        Only admins of this registry put these on a version or take them off. A version that carries one
        cannot be unlinked or deleted by anybody else.
      </p>
      <div style={{ marginTop: 12 }}>
        <ChipEditor
          noun="alias"
          items={aliases}
          everyLocked
          canEdit={canEdit}
          problem={aliasProblem}
          add={(alias) => protect.mutateAsync({ input: { projectId: registry.id, alias } })}
          remove={(alias) => unprotect.mutateAsync({ input: { projectId: registry.id, alias } })}
        />
      </div>
    </>
  );
}

export default function RegistrySettings() {
  const { org: orgName = '', registry: name = '' }: { org?: string; registry?: string } = useParams({
    strict: false,
  });
  const navigate = useNavigate();
  const org = findOrg(useViewer(), orgName);
  const entity = org?.orgEntity?.name ?? '';
  const project = REGISTRY_PREFIX + name;
  const page = useGql(RegistryPageDocument, { entity, project }, { enabled: entity !== '' });
  const remove = useChange(DeleteProjectDocument);
  const [deleting, setDeleting] = useState(false);
  useLive(page.data?.project?.id);

  if (!org) return <NotFound what={`The organization '${orgName}'`} />;
  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows height={90} />;
  const registry = page.data.project;
  if (!registry) return <NotFound what={`The registry '${name}'`} />;
  const can = registry.permissions;
  const block = { registry, org: org.name };

  return (
    <>
      <PageHead
        title={`Settings of ${name}`}
        heading="Settings"
        crumbs={[
          { label: 'Registry', link: { to: '/orgs/$org/registry', params: { org: org.name } } },
          { label: name, link: registryLink(org.name, project) },
        ]}
        beside={<StarButton registry={registry} />}
        actions={
          can.delete &&
          !registry.isCore && (
            <Tooltip label="Delete registry">
              <ActionIcon
                size={36}
                variant="default"
                aria-label="Delete registry"
                onClick={() => setDeleting(true)}
              >
                <Icon name="trash" size={17} />
              </ActionIcon>
            </Tooltip>
          )
        }
      />
      <Section title="Name and description">
        <Card>
          <Profile key={registry.name} {...block} canEdit={can.edit} />
        </Card>
      </Section>
      <Section title="Icon">
        <Card>
          <RegistryIconChoice registry={registry} canEdit={can.changeIcon} />
        </Card>
      </Section>
      <Section title="Visibility and types">
        <Card>
          <div className={css.form}>
            <Visibility {...block} canEdit={can.changeVisibility} />
            <Types key={registry.artifactTypes.edges.length} {...block} canEdit={can.editTypes} />
          </div>
        </Card>
      </Section>
      <RegistryPeople entity={entity} registry={registry} org={org.name} canEdit={can.manageMembers} />
      <Section title="Protected Aliases">
        <Card>
          <Protected {...block} canEdit={can.protectAliases} />
        </Card>
      </Section>
      {can.deleteCollection && <DeletedHere entity={entity} project={project} />}
      <Confirm
        opened={deleting}
        close={() => setDeleting(false)}
        title={`Delete ${name}?`}
        action="Delete"
        word={name}
        busy={remove.isPending}
        confirm={() =>
          remove.mutate(
            { id: registry.id },
            {
              onSuccess: () => {
                toastDone(`The registry ${name} is deleted.`);
                void navigate({ to: '/orgs/$org/registry', params: { org: org.name } });
              },
              onError: () => setDeleting(false),
            },
          )
        }
      >
        The registry, its collections and their links go; the versions that were linked stay in their
        projects. For a while it can be restored under People and teams.
      </Confirm>
    </>
  );
}
