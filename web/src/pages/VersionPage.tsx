// A version, in a registry or in a project: five tabs and a comparison. What is shown comes through the
// collection that the address names, so that collection's registry judges what the viewer may do.
import { ActionIcon, Menu, Select, Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';

import { AliasChips, namedAliases } from '../components/Chips';
import { Icon, type IconName } from '../components/Icon';
import { PageHead } from '../components/Page';
import { LoadingRows, NotFound, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import { CollectionVersionsDocument, VersionPageDocument, type VersionPageQuery } from '../graphql/generated';
import { useLive } from '../lib/live';
import { collectionLink, registryLink, versionLink, type Place, type VersionView } from '../lib/links';
import { registryName } from '../lib/names';
import { CompareTab, FilesTab, LineageTab, MetadataTab, UsageTab } from '../routes/lazy';
import { LinkToRegistry } from './LinkToRegistry';
import css from './VersionPage.module.css';
import { VersionActions, type VersionDialog } from './VersionActions';
import { VersionOverview } from './VersionOverview';

export type VersionData = NonNullable<VersionPageQuery['project']>;
export type Membership = NonNullable<VersionData['artifactCollectionMembership']>;
export type Version = NonNullable<Membership['artifact']>;

const TABS: { value: string; label: string; icon: IconName }[] = [
  { value: 'version', label: 'Version', icon: 'info' },
  { value: 'metadata', label: 'Metadata', icon: 'tag' },
  { value: 'usage', label: 'Usage', icon: 'copy' },
  { value: 'files', label: 'Files', icon: 'folder' },
  { value: 'lineage', label: 'Lineage', icon: 'graph' },
];

function VersionSwitch({
  place,
  version,
  onPick,
}: {
  place: Place;
  version: string;
  onPick: (v: string) => void;
}) {
  const { entity, project, collection } = place;
  const list = useGql(CollectionVersionsDocument, { entity, project, collection, after: null, first: 200 });
  const edges = list.data?.project?.artifactCollection?.artifacts?.edges ?? [];
  const known = edges.some((e) => e.version === version);
  const data = edges.map((e) => ({ value: e.version, label: e.version }));
  const aliases = new Map(edges.map((e) => [e.version, namedAliases(e.node.aliases).join(', ')]));
  return (
    <Select
      className={css.switch}
      aria-label="Version"
      searchable
      allowDeselect={false}
      data={known ? data : [{ value: version, label: version }, ...data]}
      value={version}
      renderOption={({ option }) => (
        <span className={css.option}>
          <span className="v-mono">{option.label}</span> <span>{aliases.get(option.value)}</span>
        </span>
      )}
      onChange={(value) => value && value !== version && onPick(value)}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}

interface Props {
  place: Place;
  version: string;
  view: VersionView;
}

export default function VersionPage({ place: given, version: wanted, view }: Props) {
  const navigate = useNavigate();
  const { entity, project, collection: name } = given;
  const page = useGql(VersionPageDocument, { entity, project, name: `${name}:${wanted}` });
  const [dialog, setDialog] = useState<VersionDialog>(null);
  const tabs = useRef<HTMLDivElement>(null);
  const shown = page.data?.project?.artifactCollectionMembership;
  useLive(shown?.artifact?.id, shown?.artifactCollection?.id);
  const isHere = shown != null;
  // On a phone the tabs are wider than the screen.
  useEffect(() => {
    tabs.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [view.tab, isHere]);

  if (page.isError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (page.isPending) return <LoadingRows height={64} />;
  const membership = page.data.project?.artifactCollectionMembership;
  const collection = membership?.artifactCollection;
  const artifact = membership?.artifact;
  if (!page.data.project || !membership || !collection || !artifact)
    return <NotFound what={`The version '${name}:${wanted}'`} />;

  const data = page.data.project;
  const place: Place = { ...given, type: collection.defaultArtifactType.name };
  const inRegistry = collection.__typename === 'ArtifactPortfolio';
  const version = `v${membership.versionIndex ?? 0}`;
  const can = data.permissions;
  const tab = view.tab ?? 'version';

  const crumbs = place.org
    ? [
        { label: 'Registry', link: { to: '/orgs/$org/registry' as const, params: { org: place.org } } },
        { label: registryName(project), link: registryLink(place.org, project) },
        { label: name, link: collectionLink(place) },
      ]
    : [
        { label: entity, link: { to: '/$entity' as const, params: { entity } } },
        { label: project, link: { to: '/$entity/$project/artifacts' as const, params: { entity, project } } },
        { label: name, link: collectionLink(place) },
      ];

  return (
    <>
      <PageHead
        title={`${name}:${version}`}
        crumbs={crumbs}
        heading={<>{name}</>}
        beside={
          <>
            <VersionSwitch
              place={place}
              version={version}
              onPick={(picked) => void navigate(versionLink(place, picked, { ...view, with: undefined }))}
            />
            <AliasChips aliases={namedAliases(membership.aliases)} locked={data.protectedAliases} />
          </>
        }
        actions={
          <>
            <Menu>
              <Menu.Target>
                <ActionIcon size={36} variant="default" aria-label={`More for ${version}`}>
                  <Icon name="more" />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<Icon name="compare" />}
                  onClick={() => void navigate(versionLink(place, version, { tab: 'compare' }))}
                >
                  Compare with another version
                </Menu.Item>
                {!inRegistry && can.editVersion && (
                  <Menu.Item leftSection={<Icon name="clock" />} onClick={() => setDialog('ttl')}>
                    Edit TTL policy
                  </Menu.Item>
                )}
                {inRegistry && can.unlink && (
                  <Menu.Item
                    color="red"
                    leftSection={<Icon name="unlink" />}
                    onClick={() => setDialog('unlink')}
                  >
                    Unlink version
                  </Menu.Item>
                )}
                {!inRegistry && can.deleteVersion && (
                  <Menu.Item
                    color="red"
                    leftSection={<Icon name="trash" />}
                    onClick={() => setDialog('delete')}
                  >
                    Delete version
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          </>
        }
      />
      <Tabs
        value={tab}
        onChange={(value) => void navigate(versionLink(place, version, { tab: value ?? undefined }))}
        keepMounted={false}
      >
        <Tabs.List ref={tabs} className={css.tabs}>
          {TABS.map((each) => (
            <Tabs.Tab key={each.value} value={each.value} leftSection={<Icon name={each.icon} size={15} />}>
              {each.value === 'version' && !inRegistry ? 'Version overview' : each.label}
            </Tabs.Tab>
          ))}
          {tab === 'compare' && (
            <Tabs.Tab value="compare" leftSection={<Icon name="compare" size={15} />}>
              Compare
            </Tabs.Tab>
          )}
        </Tabs.List>
        <Suspense fallback={<LoadingRows />}>
          <Tabs.Panel value="version">
            <VersionOverview
              data={data}
              membership={membership}
              artifact={artifact}
              place={place}
              version={version}
              can={can}
              link={() => setDialog('link')}
            />
          </Tabs.Panel>
          <Tabs.Panel value="metadata">
            <MetadataTab artifact={artifact} canEdit={can.editVersion && !inRegistry} />
          </Tabs.Panel>
          <Tabs.Panel value="usage">
            <UsageTab artifact={artifact} place={place} version={version} />
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <FilesTab
              place={place}
              version={version}
              path={view.path ?? ''}
              canDownload={can.download}
              fileCount={artifact.fileCount}
            />
          </Tabs.Panel>
          <Tabs.Panel value="lineage">
            <LineageTab id={artifact.id} />
          </Tabs.Panel>
          <Tabs.Panel value="compare">
            <CompareTab place={place} version={version} other={view.with} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
      <VersionActions
        dialog={dialog}
        close={() => setDialog(null)}
        membership={membership}
        artifact={artifact}
        place={place}
        version={version}
      />
      <LinkToRegistry
        opened={dialog === 'link'}
        close={() => setDialog(null)}
        artifact={artifact}
        label={`${name}:${version}`}
        org={data.entity.organization?.name ?? null}
      />
    </>
  );
}
