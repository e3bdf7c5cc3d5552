// Folders of a version, page by page, as they are opened.
import { useCallback, useEffect, useRef, useState } from 'react';

import { toastError } from '../components/toast';
import { gql } from '../graphql/client';
import { FolderDocument } from '../graphql/generated';
import type { Listing, Listings } from './files';
import { foldersOf } from './files';
import type { Place } from './links';

/** `path` is a file or folder that has to be in the tree: its folders are opened and read up to it. */
export function useFolders(place: Place, version: string, path: string) {
  const [listings, setListings] = useState<Listings>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<Error | null>(null);
  const current = useRef<Map<string, Listing>>(new Map());
  const coming = useRef<Map<string, Promise<Listing>>>(new Map());
  const first = useRef(true);
  const { entity, project, collection } = place;
  const name = `${collection}:${version}`;

  const put = useCallback((folder: string, listing: Listing) => {
    current.current.set(folder, listing);
    setListings(new Map(current.current));
  }, []);

  /** The next page of a folder, the first one when there is none yet. */
  const load = useCallback(
    async (folder: string): Promise<Listing | null> => {
      const before = current.current.get(folder);
      if (before?.loading) return coming.current.get(folder) ?? before;
      if (before?.next === null) return before;
      put(folder, { entries: before?.entries ?? [], next: before?.next ?? null, loading: true });
      const read = async () => {
        const variables = { entity, project, name, path: folder, after: before?.next ?? null };
        const data = await gql(FolderDocument, variables);
        const page = data.project?.artifactCollectionMembership?.directory;
        const listing = {
          entries: [...(before?.entries ?? []), ...(page?.entries ?? [])],
          next: page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null,
          loading: false,
        };
        put(folder, listing);
        return listing;
      };
      const answer = read();
      coming.current.set(folder, answer);
      return answer;
    },
    [entity, project, name, put],
  );

  useEffect(() => {
    current.current = new Map();
    setListings(new Map());
    setOpen(new Set());
    setError(null);
    load('').catch(setError);
  }, [load]);

  useEffect(() => {
    if (path === '') {
      first.current = false;
      return;
    }
    let stale = false;
    const reveal = async () => {
      const folders = foldersOf(path);
      setOpen((set) => new Set([...set, ...folders]));
      // All of them at once, as the path names them all.
      const firstPages = ['', ...folders].map((folder) => ({ folder, page: load(folder) }));
      for (const { page } of firstPages) page.catch(() => undefined);
      for (const [i, { folder, page }] of firstPages.entries()) {
        const wanted = folders[i] ?? path;
        let listing = await page;
        while (!stale && listing?.next != null && !listing.entries.some((e) => e.path === wanted))
          listing = await load(folder);
        // A folder that the page was opened with is open; later clicks open and close it themselves.
        if (first.current && listing?.entries.some((e) => e.path === wanted && e.isDirectory)) {
          setOpen((set) => new Set([...set, wanted]));
          await load(wanted);
        }
      }
      first.current = false;
    };
    reveal().catch(toastError);
    return () => {
      stale = true;
    };
  }, [path, load]);

  const toggle = (folder: string) => {
    const next = new Set(open);
    if (!next.delete(folder)) {
      next.add(folder);
      if (!current.current.has(folder)) load(folder).catch(toastError);
    }
    setOpen(next);
  };
  const more = useCallback((folder: string) => void load(folder).catch(toastError), [load]);
  const around = (wanted: string) => listings.get(wanted.split('/').slice(0, -1).join('/'));
  const find = (wanted: string) => around(wanted)?.entries.find((e) => e.path === wanted);
  /** Its folder was read to the end, and it is not there. */
  const isMissing = (wanted: string) => {
    const listing = around(wanted);
    return listing !== undefined && !listing.loading && listing.next === null && !find(wanted);
  };
  return { listings, open, error, toggle, more, find, isMissing };
}
