// The pages of collections and versions with the tree of what is beside them: at their left on wide screens,
// where it can be put away, and in a drawer on narrow ones.
import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Suspense, useDeferredValue, useEffect, useState, type ReactNode } from 'react';

import { Icon } from '../components/Icon';
import { useGql } from '../graphql/client';
import { CollectionPageDocument, VersionPageDocument } from '../graphql/generated';
import { ArtifactTree } from '../routes/lazy';
import css from './ArtifactFrame.module.css';
import type { Here } from './ArtifactTreeLine';

const WIDE = '(min-width: 1240px)';
const STORED = 'vitrine.tree';
const HIDDEN = 'hidden';

function storedHidden(): boolean {
  try {
    return localStorage.getItem(STORED) === HIDDEN;
  } catch {
    return false;
  }
}

function store(hidden: boolean): void {
  try {
    if (hidden) localStorage.setItem(STORED, HIDDEN);
    else localStorage.removeItem(STORED);
  } catch {
    // Storage is switched off: it holds for this page.
  }
}

/** The page itself asks for the same: nothing is fetched twice. In registries the address names no type. */
function useHere(given: Here): Here | null {
  const { entity, project, collection, version } = given;
  const ofVersion = useGql(
    VersionPageDocument,
    { entity, project, name: `${collection}:${version ?? ''}` },
    { enabled: version !== undefined },
  );
  const ofCollection = useGql(
    CollectionPageDocument,
    { entity, project, collection },
    { enabled: version === undefined },
  );
  const membership = ofVersion.data?.project?.artifactCollectionMembership;
  const found =
    version === undefined ? ofCollection.data?.project?.artifactCollection : membership?.artifactCollection;
  // The page first: the tree waits for it, and is not there beside what is not there.
  if (!found) return null;
  return {
    ...given,
    type: found.defaultArtifactType.name,
    version: membership ? `v${membership.versionIndex ?? 0}` : version,
  };
}

export function ArtifactFrame({ here: given, children }: { here: Here; children: ReactNode }) {
  const wide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
  const [hidden, setHidden] = useState(storedHidden);
  const [drawer, setDrawer] = useState(false);
  const found = useHere(given);
  const [last, setLast] = useState<Here | null>(null);
  // While the next page comes the tree stays.
  const known = found ?? last;
  // The page is drawn first.
  const here = useDeferredValue(known, null);
  const key = JSON.stringify(found);
  useEffect(() => {
    if (found) setLast(found);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  useEffect(() => setDrawer(false), [given.collection, given.version]);

  const show = (shown: boolean) => {
    setHidden(!shown);
    store(!shown);
  };
  const tree = here && (
    <Suspense>
      <ArtifactTree key={`${here.entity}/${here.project}`} here={here} />
    </Suspense>
  );
  return (
    <div className={css.frame} data-tree={(wide && !hidden) || undefined}>
      {wide && !hidden && (
        <aside className={css.side} aria-label="Artifacts here">
          <div className={css.top}>
            <h2 className={css.title}>Artifacts</h2>
            <Tooltip label="Hide the tree">
              <ActionIcon size="sm" aria-label="Hide the tree" onClick={() => show(false)}>
                <Icon name="left" size={14} />
              </ActionIcon>
            </Tooltip>
          </div>
          {tree}
        </aside>
      )}
      <div className={css.page}>
        {(!wide || hidden) && (
          <Button
            className={css.opener}
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="artifacts" size={14} />}
            aria-haspopup={wide ? undefined : 'dialog'}
            onClick={() => (wide ? show(true) : setDrawer(true))}
          >
            Show the tree
          </Button>
        )}
        {children}
      </div>
      <Drawer
        opened={drawer && !wide}
        onClose={() => setDrawer(false)}
        position="left"
        size={340}
        title="Artifacts"
        classNames={{ content: css.drawer, body: css.drawerBody }}
      >
        {tree}
      </Drawer>
    </div>
  );
}
