// The audit log, for administrators of the server: some days of it, the newest event first, and the same as a
// file with one JSON object a line. It is read from /admin/audit_logs, which programs read, too.
import { Button, Switch, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { formatTime } from '../lib/format';
import { readError } from '../lib/session';
import { useViewer } from '../lib/viewer';
import { AdminsOnly } from './AdminsOnly';
import log from './AuditLog.module.css';
import css from './form.module.css';

const PAGE = 200;
const DAY_MS = 86_400_000;

type Event = Record<string, unknown> & { timestamp: string; action: string };

interface LogPage {
  audit_logs: Event[];
  next_cursor: string | null;
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

async function readPage(query: string, cursor: string | null): Promise<LogPage> {
  const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  const response = await fetch(`/admin/audit_logs?${query}&order=desc&limit=${PAGE}${more}`, {
    credentials: 'same-origin',
    cache: 'no-store',
  });
  if (!response.ok) throw await readError(response);
  return (await response.json()) as LogPage;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What an event was about, the nearest thing first. */
function subject(event: Event): string {
  const detail =
    event.detail && typeof event.detail === 'object'
      ? Object.entries(event.detail as Record<string, unknown>)
          .filter(([, value]) => text(value) !== '')
          .map(([key, value]) => `${key} ${text(value)}`)
          .join(', ')
      : '';
  const place =
    text(event.artifact_qualified_name) ||
    [event.entity_name, event.project_name, event.artifact_collection_name]
      .map(text)
      .filter(Boolean)
      .join('/') ||
    text(event.organization_name);
  return [place, text(event.alias) && `alias ${text(event.alias)}`, detail || text(event.user_username)]
    .filter(Boolean)
    .join(' · ');
}

function Log({ query }: { query: string }) {
  const list = useInfiniteQuery({
    queryKey: ['AuditLog', query],
    queryFn: ({ pageParam }) => readPage(query, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last: LogPage) => last.next_cursor,
  });
  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingRows />;
  const events = list.data.pages.flatMap((page) => page.audit_logs).map((event, at) => ({ event, at }));
  if (events.length === 0) return <Empty icon="clock" title="Nothing happened in these days" />;
  return (
    <Rows
      label="Audit log"
      items={events}
      keyOf={({ at }) => String(at)}
      height={46}
      hasMore={list.hasNextPage}
      loadMore={() => void (list.isFetching || list.fetchNextPage())}
      head={
        <div className={`${log.cells} ${log.head}`}>
          <span role="columnheader" className={log.action}>
            Action
          </span>
          <span role="columnheader" className={log.about}>
            About
          </span>
          <span role="columnheader" className={log.who}>
            Who
          </span>
          <span role="columnheader" className={log.when}>
            When
          </span>
        </div>
      }
    >
      {({ event }) => (
        <div className={log.cells}>
          <span role="cell" className={`v-mono ${log.action}`}>
            {event.action}
          </span>
          <span role="cell" className={log.about}>
            {subject(event)}
          </span>
          <span role="cell" className={log.who}>
            {text(event.actor_username) || (event.actor_user_id ? 'somebody' : 'the operator')}
          </span>
          <span role="cell" className={log.when}>
            {formatTime(event.timestamp)}
          </span>
        </div>
      )}
    </Rows>
  );
}

export default function AuditLog() {
  const viewer = useViewer();
  const [from, setFrom] = useState(() => dayText(Date.now() - 6 * DAY_MS));
  const [to, setTo] = useState(() => dayText(Date.now()));
  const [anonymize, setAnonymize] = useState(false);

  if (!viewer.admin) return <AdminsOnly />;
  const query = new URLSearchParams({ startDate: from, endDate: to });
  if (anonymize) query.set('anonymize', 'true');
  const valid = from !== '' && to !== '' && from <= to;
  return (
    <>
      <PageHead
        title="Audit log"
        crumbs={[{ label: 'This server', link: { to: '/admin' } }]}
        actions={
          valid && (
            <Button
              component="a"
              variant="default"
              leftSection={<Icon name="download" />}
              href={`/admin/audit_logs?${query.toString()}`}
              download={`audit-${from}-${to}.ndjson`}
            >
              Download
            </Button>
          )
        }
      >
        <div className={`${css.inline} ${log.bar}`}>
          <TextInput
            type="date"
            label="From"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label="To"
            value={to}
            error={valid ? undefined : 'This is before the first day.'}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Switch
            className={log.beside}
            label="Without names and addresses"
            checked={anonymize}
            onChange={(event) => setAnonymize(event.currentTarget.checked)}
          />
        </div>
      </PageHead>
      {valid && <Log query={query.toString()} />}
    </>
  );
}
