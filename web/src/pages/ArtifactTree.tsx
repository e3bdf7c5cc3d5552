// What a project or a registry holds, as a tree: types, collections, versions. Each level is fetched when it
// is opened, a page at a time; where the reader is stands in the tree also when its page is not there yet.
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';

import { AliasChips, Chip, namedAliases } from '../components/Chips';
import { Icon } from '../components/Icon';
import { useGql, useGqlPages } from '../graphql/client';
import { ProjectCollectionsDocument, ProjectTypesDocument, TreeVersionsDocument } from '../graphql/generated';
import { useLive } from '../lib/live';
import { collectionLink, versionLink, type Place } from '../lib/links';
import css from './ArtifactTree.module.css';
import { Line, move, Note, TreeContext, useTree, type Here } from './ArtifactTreeLine';

const COLLECTIONS = 30;
const VERSIONS = 15;
const ALIASES = 2;

/** What was open and how far it was scrolled, by project: the tree of the next page goes on there. */
const memory = new Map<string, { open: ReadonlySet<string>; top: number }>();

function Versions({ place }: { place: Place }) {
  const { here } = useTree();
  const { entity, project, collection } = place;
  const list = useGqlPages(
    TreeVersionsDocument,
    { entity, project, collection, first: VERSIONS },
    (d) => d.project?.artifactCollection?.artifacts,
  );
  if (list.isError) return <Note level={3}>{list.error.message}</Note>;
  if (list.isPending) return <Note level={3}>Loading…</Note>;
  const data = list.data.pages[0]?.project;
  const home = data?.artifactCollection?.id;
  const edges = list.data.pages.flatMap((page) => page.project?.artifactCollection?.artifacts?.edges ?? []);
  const isHere = here.collection === collection;
  const tab = here.tab === 'compare' ? undefined : here.tab;
  // One that is further down than what is fetched. What is called by an alias is looked up in what is there.
  const missing =
    isHere &&
    /^v\d+$/.test(here.version ?? '') &&
    list.hasNextPage &&
    !edges.some((e) => e.version === here.version)
      ? here.version
      : undefined;

  return (
    <>
      {edges.length === 0 && <Note level={3}>Empty</Note>}
      {edges.map(({ version, node }) => {
        const aliases = namedAliases(node.aliases?.filter((a) => a.artifactCollection?.id === home));
        return (
          <Line
            key={node.id}
            level={3}
            link={versionLink(place, version, { tab })}
            label={version}
            current={isHere && here.version === version}
          >
            <span className={css.aliases}>
              <AliasChips aliases={aliases.slice(0, ALIASES)} locked={data?.protectedAliases ?? []} />
              {aliases.length > ALIASES && <Chip kind="type">+{aliases.length - ALIASES}</Chip>}
            </span>
          </Line>
        );
      })}
      {missing && (
        <>
          <Note level={3}>…</Note>
          <Line level={3} link={versionLink(place, missing, { tab })} label={missing} current />
        </>
      )}
      {list.hasNextPage && (
        <Line
          level={3}
          label={list.isFetchingNextPage ? 'Loading…' : 'More versions'}
          onClick={() => void (list.isFetching || list.fetchNextPage())}
        />
      )}
    </>
  );
}

function Collection({ name, type, count }: { name: string; type: string; count?: number }) {
  const { here, isOpen } = useTree();
  const place: Place = { org: here.org, entity: here.entity, project: here.project, type, collection: name };
  const branch = `collection ${name}`;
  return (
    <>
      <Line
        level={2}
        branch={branch}
        link={collectionLink(place)}
        label={name}
        icon="collection"
        current={here.collection === name && here.version === undefined}
      >
        {count !== undefined && <span className={css.count}>{count.toLocaleString('en-US')}</span>}
      </Line>
      {isOpen(branch) && <Versions place={place} />}
    </>
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function useCollections(conditions: Record<string, unknown>) {
  const { here } = useTree();
  const { entity, project } = here;
  const list = useGqlPages(
    ProjectCollectionsDocument,
    { entity, project, filters: JSON.stringify(conditions), first: COLLECTIONS },
    (d) => d.project?.artifactCollections,
  );
  const rows = (list.data?.pages ?? [])
    .flatMap((page) => page.project?.artifactCollections?.edges ?? [])
    .flatMap(({ node }) => (node ? [node] : []));
  const more = list.hasNextPage && (
    <Line
      level={2}
      label={list.isFetchingNextPage ? 'Loading…' : 'More collections'}
      onClick={() => void (list.isFetching || list.fetchNextPage())}
    />
  );
  return { list, rows, more };
}

function CollectionsOf({ type }: { type: string }) {
  const { here } = useTree();
  const { list, rows, more } = useCollections({ type });
  if (list.isError) return <Note level={2}>{list.error.message}</Note>;
  if (list.isPending) return <Note level={2}>Loading…</Note>;
  const missing =
    list.hasNextPage &&
    here.type === type &&
    here.collection &&
    !rows.some((row) => row.name === here.collection);
  return (
    <>
      {rows.length === 0 && <Note level={2}>No collections yet</Note>}
      {missing && (
        <>
          <Collection name={here.collection} type={type} />
          <Note level={2}>…</Note>
        </>
      )}
      {rows.map((row) => (
        <Collection key={row.id} name={row.name} type={type} count={row.versionCount} />
      ))}
      {more}
    </>
  );
}

function Type({ name, open, children }: { name: string; open?: boolean; children: ReactNode }) {
  const { isOpen } = useTree();
  const branch = `type ${name}`;
  return (
    <>
      <Line level={1} branch={open ? undefined : branch} label={name} icon="folder" />
      {(open ?? isOpen(branch)) && children}
    </>
  );
}

/** Collections of any type whose name has the text, below their types. */
function Found() {
  const { text } = useTree();
  const { list, rows, more } = useCollections({ name: { $regex: `(?i)${escaped(text)}` } });
  if (list.isError) return <Note level={1}>{list.error.message}</Note>;
  if (list.isPending) return <Note level={1}>Loading…</Note>;
  if (rows.length === 0) return <Note level={1}>No collection is called so</Note>;
  const types = [...new Set(rows.map((row) => row.defaultArtifactType.name))];
  return (
    <>
      {types.map((type) => (
        <Type key={type} name={type} open>
          {rows
            .filter((row) => row.defaultArtifactType.name === type)
            .map((row) => (
              <Collection key={row.id} name={row.name} type={type} count={row.versionCount} />
            ))}
        </Type>
      ))}
      {more}
    </>
  );
}

function Types() {
  const { here } = useTree();
  const { entity, project } = here;
  const types = useGql(ProjectTypesDocument, { entity, project });
  useLive(types.data?.project?.id);
  if (types.isError) return <Note level={1}>{types.error.message}</Note>;
  if (types.isPending) return <Note level={1}>Loading…</Note>;
  const names =
    types.data.project?.artifactTypes.edges.flatMap(({ node }) => (node ? [node.name] : [])) ?? [];
  if (here.type && !names.includes(here.type)) names.unshift(here.type);
  if (names.length === 0) return <Note level={1}>Nothing here yet</Note>;
  return names.map((name) => (
    <Type key={name} name={name}>
      <CollectionsOf type={name} />
    </Type>
  ));
}

export default function ArtifactTree({ here }: { here: Here }) {
  const { entity, project, type, collection } = here;
  const remembered = memory.get(`${entity}/${project}`);
  const [open, setOpen] = useState<ReadonlySet<string>>(remembered?.open ?? new Set());
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const [inside, setInside] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = memory.get(`${entity}/${project}`)?.top ?? 0;
  }, [entity, project]);
  // What the reader goes to opens; it closes only by hand.
  useEffect(() => {
    setOpen((before) => {
      const next = new Set(before);
      if (type) next.add(`type ${type}`);
      if (collection) next.add(`collection ${collection}`);
      return next;
    });
  }, [type, collection]);
  const remember = () => memory.set(`${entity}/${project}`, { open, top: box.current?.scrollTop ?? 0 });
  useEffect(() => void remember());

  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const enter = () => {
    const lines = box.current;
    const first = '[role=treeitem][tabindex]';
    (
      lines?.querySelector<HTMLElement>(`${first}[aria-current]`) ?? lines?.querySelector<HTMLElement>(first)
    )?.focus();
  };

  return (
    <TreeContext.Provider value={{ here, text: wanted, isOpen: (key) => open.has(key), toggle }}>
      <TextInput
        size="xs"
        aria-label="Search collections"
        placeholder="Search collections"
        leftSection={<Icon name="search" size={13} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div
        ref={box}
        className={css.lines}
        role="tree"
        aria-label="Artifacts"
        // One stop for the Tab key: from outside to where the reader is, from inside out again.
        tabIndex={inside ? -1 : 0}
        onFocus={(event) => {
          if (event.target === event.currentTarget) enter();
          else setInside(true);
        }}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setInside(false);
        }}
        onKeyDown={(event) => move(event, toggle)}
        onScroll={remember}
      >
        {wanted ? <Found /> : <Types />}
      </div>
    </TreeContext.Provider>
  );
}
