// A collection, in a registry or in a project: its card, its versions, its history.
import { ActionIcon, Button, Menu, Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { Chip, ChipEditor } from '../components/Chips';
import { Confirm } from '../components/Confirm';
import { CopyButton } from '../components/Copy';
import { EditableText } from '../components/EditableText';
import { Icon } from '../components/Icon';
import { Card, PageHead, Section } from '../components/Page';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import {
  AddCollectionTagsDocument,
  CollectionPageDocument,
  DeleteProjectCollectionDocument,
  DeleteRegistryCollectionDocument,
  RemoveCollectionTagsDocument,
  UpdateProjectCollectionDocument,
  UpdateRegistryCollectionDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { useLive } from '../lib/live';
import { collectionLink, pathOf, registryLink, type Place } from '../lib/links';
import { registryName, tagProblem } from '../lib/names';
import { ActionHistory } from './ActionHistory';
import { LinkVersion } from './LinkVersion';
import { Renaming } from './Renaming';
import { Timeline } from './Timeline';
import { Versions } from './Versions';

type Dialog = 'delete' | 'link' | 'rename' | null;

export default function CollectionPage({ place: given, tab }: { place: Place; tab?: string }) {
  const navigate = useNavigate();
  const { entity, project, collection: name } = given;
  const page = useGql(CollectionPageDocument, { entity, project, collection: name });
  const [dialog, setDialog] = useState<Dialog>(null);
  useLive(page.data?.project?.artifactCollection?.id);
  const updateLinked = useChange(UpdateRegistryCollectionDocument, { quiet: true });
  const updateOwn = useChange(UpdateProjectCollectionDocument, { quiet: true });
  const deleteLinked = useChange(DeleteRegistryCollectionDocument);
  const deleteOwn = useChange(DeleteProjectCollectionDocument);
  const addTags = useChange(AddCollectionTagsDocument, { quiet: true });
  const removeTags = useChange(RemoveCollectionTagsDocument, { quiet: true });

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows height={64} />;
  const collection = page.data.project?.artifactCollection;
  if (!page.data.project || !collection) return <NotFound what={`The collection '${name}'`} />;

  const can = page.data.project.permissions;
  const place: Place = { ...given, type: collection.defaultArtifactType.name };
  const inRegistry = collection.__typename === 'ArtifactPortfolio';
  const locked = page.data.project.protectedAliases;
  const tags = collection.tags.edges.map(({ node }) => node.name);

  const update = (change: { name?: string; description?: string }) =>
    inRegistry
      ? updateLinked.mutateAsync({ input: { artifactPortfolioID: collection.id, ...change } })
      : updateOwn.mutateAsync({ input: { artifactSequenceID: collection.id, ...change } });
  const tagInput = (tag: string) => ({
    input: {
      entityName: entity,
      projectName: project,
      artifactCollectionName: name,
      tags: [{ tagName: tag }],
    },
  });
  const remove = () => {
    const onSuccess = () =>
      void navigate(
        place.org
          ? registryLink(place.org, project)
          : { to: '/$entity/$project/artifacts', params: { entity, project } },
      );
    if (inRegistry) deleteLinked.mutate({ id: collection.id }, { onSuccess });
    else deleteOwn.mutate({ id: collection.id }, { onSuccess });
    setDialog(null);
  };
  const show = (value: string | null) =>
    void navigate(collectionLink(place, value === 'versions' || !value ? undefined : value));

  return (
    <>
      <PageHead
        title={name}
        crumbs={
          place.org
            ? [
                { label: 'Registry', link: { to: '/orgs/$org/registry', params: { org: place.org } } },
                { label: registryName(project), link: registryLink(place.org, project) },
              ]
            : [
                { label: entity, link: { to: '/$entity', params: { entity } } },
                { label: project, link: { to: '/$entity/$project', params: { entity, project } } },
                {
                  label: 'Artifacts',
                  link: { to: '/$entity/$project/artifacts', params: { entity, project } },
                },
              ]
        }
        beside={
          <>
            <Menu position="bottom-start">
              <Menu.Target>
                <ActionIcon variant="default" aria-label={`More about ${name}`}>
                  <Icon name="down" size={14} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<Icon name="clock" />} onClick={() => show('history')}>
                  Action History
                </Menu.Item>
                {can.editCollection && (
                  <Menu.Item leftSection={<Icon name="pencil" />} onClick={() => setDialog('rename')}>
                    Rename
                  </Menu.Item>
                )}
                {can.deleteCollection && (
                  <Menu.Item
                    color="red"
                    leftSection={<Icon name="trash" />}
                    onClick={() => setDialog('delete')}
                  >
                    Delete collection
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
            <Chip kind="type">{place.type}</Chip>
            <CopyButton text={pathOf(place)} label="Copy path" />
          </>
        }
        actions={
          inRegistry &&
          can.link && (
            <Button leftSection={<Icon name="link" />} onClick={() => setDialog('link')}>
              Link new version
            </Button>
          )
        }
      />
      <Card>
        <EditableText
          text={collection.description ?? ''}
          canEdit={can.editCollection}
          save={(description) => update({ description })}
        />
        <Section title="Tags">
          <ChipEditor
            noun="tag"
            items={tags}
            canEdit={can.editCollection}
            problem={tagProblem}
            add={(tag) => addTags.mutateAsync(tagInput(tag))}
            remove={(tag) => removeTags.mutateAsync(tagInput(tag))}
          />
        </Section>
      </Card>
      <Tabs value={tab ?? 'versions'} onChange={show} keepMounted={false} mt={28}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
          <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
          <Tabs.Tab value="history">Action History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="versions">
          <Versions place={place} collectionId={collection.id} locked={locked} can={can} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline place={place} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ActionHistory place={place} />
        </Tabs.Panel>
      </Tabs>
      <LinkVersion opened={dialog === 'link'} close={() => setDialog(null)} target={place} />
      <Renaming
        opened={dialog === 'rename'}
        close={() => setDialog(null)}
        name={name}
        rename={(wanted) => update({ name: wanted })}
        done={(wanted) => void navigate(collectionLink({ ...place, collection: wanted }))}
      />
      <Confirm
        opened={dialog === 'delete'}
        close={() => setDialog(null)}
        title={`Delete ${name}?`}
        action="Delete collection"
        confirm={remove}
      >
        {inRegistry
          ? 'The collection and its links go; the versions themselves stay in their projects.'
          : 'The collection and all of its versions go. Links to them in registries go, too.'}
      </Confirm>
    </>
  );
}
