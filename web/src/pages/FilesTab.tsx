// The Files tab: the tree of files on the left, a look at one on the right. Folders are read when they
// are opened; a folder of a hundred thousand files is drawn only where one looks.
import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';

import { Icon } from '../components/Icon';
import { Empty, LoadingRows, Problem } from '../components/states';
import { toastError } from '../components/toast';
import { gql } from '../graphql/client';
import { ArchiveDocument } from '../graphql/generated';
import { fileLines, ownPath, type FileLine } from '../lib/files';
import { useFolders } from '../lib/folders';
import { formatBytes, plural } from '../lib/format';
import { versionLink, type Place } from '../lib/links';
import { FilePreview } from './FilePreview';
import css from './FilesTab.module.css';

const ROW = 30;

interface Props {
  place: Place;
  version: string;
  path: string;
  canDownload: boolean;
  fileCount: number;
}

export default function FilesTab({ place, version, path, canDownload, fileCount }: Props) {
  const navigate = useNavigate();
  const folders = useFolders(place, version, path);
  const { listings, open, toggle, more } = folders;
  const lines = useMemo(() => fileLines(listings, open), [listings, open]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    estimateSize: () => ROW,
    overscan: 20,
    getScrollElement: () => box.current,
  });
  const shown = virtual.getVirtualItems();

  // The next page of a folder is fetched when its end is in sight.
  useEffect(() => {
    for (const row of shown) {
      const line = lines[row.index];
      if (line?.kind === 'more') more(line.path);
    }
  });

  const show = (file: string) =>
    void navigate(versionLink(place, version, { tab: 'files', path: file || undefined }));
  const archive = (folder: string) => {
    const { entity, project, collection } = place;
    gql(ArchiveDocument, { entity, project, name: `${collection}:${version}`, path: folder }).then((data) => {
      const url = data.project?.artifactCollectionMembership?.archiveUrl;
      if (url) window.location.assign(ownPath(url));
    }, toastError);
  };
  const onKey = (event: KeyboardEvent) => {
    const index = Number((event.target as HTMLElement).closest('[data-index]')?.getAttribute('data-index'));
    const line = lines[index];
    if (Number.isNaN(index) || line?.kind !== 'entry') return;
    const isOpen = open.has(line.entry.path);
    let to = index;
    if (event.key === 'ArrowDown') to = index + 1;
    else if (event.key === 'ArrowUp') to = index - 1;
    else if (event.key === 'ArrowRight' && line.entry.isDirectory) {
      if (isOpen) to = index + 1;
      else toggle(line.entry.path);
    } else if (event.key === 'ArrowLeft') {
      if (line.entry.isDirectory && isOpen) toggle(line.entry.path);
      else to = lines.findLastIndex((l, i) => i < index && l.depth === line.depth - 1);
    } else return;
    event.preventDefault();
    if (to === index || to < 0 || to >= lines.length) return;
    virtual.scrollToIndex(to);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-index='${to}'] button`)?.focus(),
    );
  };

  if (folders.error) return <Problem error={folders.error} />;
  if (fileCount === 0) return <Empty icon="folder" title="No files" />;
  if (!listings.has('')) return <LoadingRows rows={6} height={26} />;
  const selected = path ? folders.find(path) : undefined;
  return (
    <>
      <div className={css.bar}>
        <span>{plural(fileCount, 'file')}</span>
        {canDownload && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="download" size={14} />}
            onClick={() => archive('')}
          >
            Download all (tar)
          </Button>
        )}
        {canDownload && selected?.isDirectory && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="download" size={14} />}
            onClick={() => archive(selected.path)}
          >
            Download {selected.name} (tar)
          </Button>
        )}
      </div>
      <div className={css.split} data-chosen={selected ? true : undefined}>
        <div ref={box} className={css.tree}>
          {/* The keys only move the focus between the buttons inside. */}
          {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus */}
          <div
            role="tree"
            aria-label="Files"
            className={css.inner}
            style={{ height: virtual.getTotalSize() }}
            onKeyDown={onKey}
          >
            {shown.map((row) => {
              const line: FileLine = lines[row.index]!;
              const style = { transform: `translateY(${row.start}px)`, paddingLeft: 8 + line.depth * 16 };
              if (line.kind !== 'entry')
                return (
                  <div key={row.key} className={css.line} style={style}>
                    Loading…
                  </div>
                );
              const { entry } = line;
              const isOpen = open.has(entry.path);
              return (
                <div
                  key={row.key}
                  data-index={row.index}
                  className={css.line}
                  style={style}
                  role="treeitem"
                  aria-level={line.depth + 1}
                  aria-selected={entry.path === path}
                  aria-expanded={entry.isDirectory ? isOpen : undefined}
                >
                  <button
                    type="button"
                    className={css.entry}
                    tabIndex={entry.path === path || (path === '' && row.index === 0) ? 0 : -1}
                    onClick={() => {
                      if (entry.isDirectory) toggle(entry.path);
                      show(entry.path);
                    }}
                  >
                    {entry.isDirectory ? <Icon name={isOpen ? 'down' : 'right'} size={12} /> : <span />}
                    <Icon
                      name={entry.isDirectory ? 'folder' : entry.reference ? 'external' : 'file'}
                      size={15}
                    />
                    <span className={css.name}>{entry.name}</span>
                    <span className={css.size}>
                      {entry.isDirectory
                        ? plural(entry.fileCount, 'file')
                        : entry.sizeBytes != null && formatBytes(entry.sizeBytes)}
                    </span>
                  </button>
                </div>
              );
            })}
          </div>
        </div>
        <div className={css.look}>
          {path !== '' && (
            <nav className={css.crumbs} aria-label="Path">
              <button type="button" onClick={() => show('')}>
                {place.collection}:{version}
              </button>
              {path.split('/').map((part, i, parts) => (
                <span key={parts.slice(0, i + 1).join('/')}>
                  {' / '}
                  <button type="button" onClick={() => show(parts.slice(0, i + 1).join('/'))}>
                    {part}
                  </button>
                </span>
              ))}
            </nav>
          )}
          {path !== '' && folders.isMissing(path) ? (
            <Empty icon="search" title="Not found">
              <p>There is no file of this name in {version}.</p>
            </Empty>
          ) : !selected || selected.isDirectory ? (
            <Empty
              icon="file"
              title={selected ? plural(selected.fileCount, 'file') : 'Choose a file to look at it'}
            />
          ) : (
            <FilePreview key={selected.path} entry={selected} />
          )}
        </div>
      </div>
    </>
  );
}
