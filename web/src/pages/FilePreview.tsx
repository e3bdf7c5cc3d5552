// A look at one file. Nothing of it ever runs: text is text, markdown is sanitized, pictures are pictures,
// and the address it is read from forbids scripts once more.
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { CopyButton } from '../components/Copy';
import { Icon } from '../components/Icon';
import { JsonTree } from '../components/JsonTree';
import { Empty, Problem } from '../components/states';
import { lookOf, ownPath, parseCsv, type Entry, type Look } from '../lib/files';
import { formatBytes } from '../lib/format';
import { ServerError } from '../lib/session';
import css from './FilesTab.module.css';

const Markdown = lazy(() => import('../components/Markdown'));

const TEXT_MAX = 256 * 1024;
const ROWS_MAX = 500;

interface Text {
  /** Null: these bytes are not text. */
  text: string | null;
  whole: boolean;
}

async function readText(url: string, size: number): Promise<Text> {
  const headers = { Range: `bytes=0-${TEXT_MAX - 1}` };
  const response = await fetch(ownPath(url), size > 0 ? { headers } : {});
  if (!response.ok)
    throw new ServerError(
      'The file cannot be read: it is gone, or you may not see it.',
      response.status,
      null,
    );
  const bytes = new Uint8Array(await response.arrayBuffer());
  const whole = bytes.length >= size;
  if (bytes.includes(0)) return { text: null, whole };
  // The last character may be cut in two, so only what is whole has to be right.
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes, { stream: !whole });
  return { text: text.slice(0, 2000).includes('\ufffd') ? null : text, whole };
}

function Table({ rows }: { rows: string[][] }) {
  const [head = [], ...body] = rows;
  return (
    <table className={css.table}>
      <thead>
        <tr>
          {head.map((cell, i) => (
            <th key={i}>{cell}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row, i) => (
          <tr key={i}>
            {row.map((cell, k) => (
              <td key={k}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A logged table: {"columns": [...], "data": [[...]]}. */
function tableRows(text: string): string[][] | null {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !('columns' in value) || !('data' in value)) return null;
  const { columns, data } = value as { columns: unknown; data: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data)) return null;
  const show = (cell: unknown) => (typeof cell === 'string' ? cell : JSON.stringify(cell));
  const rows = data.slice(0, ROWS_MAX).filter((row): row is unknown[] => Array.isArray(row));
  return [columns.map(show), ...rows.map((row) => row.map(show))];
}

function TextLook({ look, name, text }: { look: Look; name: string; text: string }) {
  if (look === 'markdown')
    return (
      <Suspense fallback={<Skeleton height={80} />}>
        <Markdown text={text} />
      </Suspense>
    );
  if (look === 'csv') return <Table rows={parseCsv(text, name.endsWith('.tsv') ? '\t' : ',', ROWS_MAX)} />;
  if (look === 'table') {
    const rows = tableRows(text);
    if (rows) return <Table rows={rows} />;
  }
  if (look === 'json' || look === 'table') {
    const value = parse(text);
    if (typeof value === 'object' && value !== null) return <JsonTree value={value} label={name} />;
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={css.text} tabIndex={0} role="region" aria-label={name}>
      {text}
    </pre>
  );
}

function Body({ entry, url, look }: { entry: Entry; url: string; look: Look }) {
  const isText = !['image', 'audio', 'video'].includes(look);
  const file = useQuery<Text, Error>({
    queryKey: ['preview', entry.digest, entry.path, url],
    queryFn: () => readText(url, entry.sizeBytes ?? 0),
    enabled: isText,
    staleTime: Infinity,
  });

  if (look === 'image') return <img className={css.picture} src={ownPath(url)} alt={entry.name} />;
  if (look === 'audio')
    // Somebody's recording: there is no text of it.
    // eslint-disable-next-line jsx-a11y/media-has-caption
    return <audio controls src={ownPath(url)} />;
  if (look === 'video')
    // eslint-disable-next-line jsx-a11y/media-has-caption
    return <video controls className={css.picture} src={ownPath(url)} />;
  if (file.isError) return <Problem error={file.error} />;
  if (file.isPending) return <Skeleton height={160} />;
  if (file.data.text === null) return <Empty icon="file" title="No preview for this kind of file" />;
  return (
    <>
      <TextLook look={look} name={entry.name} text={file.data.text} />
      {!file.data.whole && (
        <p className={css.note}>This is the beginning; download the file to see all of it.</p>
      )}
    </>
  );
}

export function FilePreview({ entry }: { entry: Entry }) {
  const look = lookOf(entry.name, entry.mimetype);
  return (
    <>
      <div className={css.head}>
        {entry.sizeBytes != null && <span>{formatBytes(entry.sizeBytes)}</span>}
        {entry.digest && (
          <span>
            digest <span className="v-mono">{entry.digest}</span>
          </span>
        )}
        <CopyButton text={entry.path} label="Copy path" />
        {entry.downloadUrl && (
          <Button
            component="a"
            href={ownPath(entry.downloadUrl)}
            download={entry.name}
            size="xs"
            variant="default"
            leftSection={<Icon name="download" size={14} />}
          >
            Download
          </Button>
        )}
      </div>
      {entry.reference ? (
        <Empty icon="external" title="A reference">
          <p className="v-mono">{entry.reference}</p>
        </Empty>
      ) : entry.previewUrl ? (
        <Body entry={entry} url={entry.previewUrl} look={look} />
      ) : (
        <Empty icon="lock" title="Names only">
          <p>Your role in this registry shows the names of files, not what is in them.</p>
        </Empty>
      )}
    </>
  );
}
