// What happened to a collection, newest first: who, when, what. Can be narrowed, and saved as CSV or JSON.
import { Button, Menu, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { Chip } from '../components/Chips';
import { Icon } from '../components/Icon';
import { Rows } from '../components/Rows';
import { Empty, LoadingRows, Problem } from '../components/states';
import { Age } from '../components/Time';
import { toastError } from '../components/toast';
import { gql, useGqlPages } from '../graphql/client';
import {
  CollectionHistoryDocument,
  type CollectionHistoryQuery,
  type CollectionHistoryQueryVariables,
} from '../graphql/generated';
import { actionWords, toCsv, type HistoryLine } from '../lib/events';
import { versionLink, type Place } from '../lib/links';
import { saveText } from '../lib/save';
import css from './ActionHistory.module.css';

type Event = NonNullable<
  NonNullable<CollectionHistoryQuery['project']>['artifactCollection']
>['history']['edges'][number]['node'];

const FILTERS = ['alias_added', 'alias_removed', 'version_linked', 'version_unlinked'].map((value) => ({
  value,
  label: actionWords(value),
}));
const EXPORT_MAX = 20_000;

function pick(data: CollectionHistoryQuery) {
  return data.project?.artifactCollection?.history;
}

/** "2026-05-31" as a day of the reader's own clock: its first moment, or that of the day after. */
function dayStart(day: string, later = 0): string | null {
  const at = new Date(`${day}T00:00:00`);
  if (day === '' || Number.isNaN(at.getTime())) return null;
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

async function everything(where: CollectionHistoryQueryVariables): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = [];
  let after: string | null = null;
  do {
    const page: CollectionHistoryQuery = await gql(CollectionHistoryDocument, {
      ...where,
      after,
      first: 500,
    });
    const history = pick(page);
    for (const { node } of history?.edges ?? [])
      lines.push({
        time: node.createdAt,
        user: node.user?.username ?? '',
        action: node.action,
        version: node.versionIndex == null ? '' : `v${node.versionIndex}`,
        alias: node.alias ?? '',
      });
    after = history?.pageInfo.hasNextPage ? (history.pageInfo.endCursor ?? null) : null;
  } while (after && lines.length < EXPORT_MAX);
  return lines;
}

export function ActionHistory({ place }: { place: Place }) {
  const { entity, project, collection } = place;
  const [user, setUser] = useState('');
  const [action, setAction] = useState<string | null>(null);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [who] = useDebouncedValue(user.trim(), 250);
  const wanted = {
    entity,
    project,
    collection,
    action,
    username: who || null,
    since: dayStart(from),
    until: dayStart(to, 1),
  };
  const narrowed = action !== null || who !== '' || wanted.since !== null || wanted.until !== null;
  const list = useGqlPages(CollectionHistoryDocument, wanted, pick);
  const events = (list.data?.pages ?? []).flatMap((page) => pick(page)?.edges.map((e) => e.node) ?? []);

  const save = (kind: 'csv' | 'json') =>
    void everything(wanted).then((lines) => {
      if (kind === 'csv') saveText(`${collection}-history.csv`, 'text/csv', toCsv(lines));
      else saveText(`${collection}-history.json`, 'application/json', JSON.stringify(lines, null, 2));
    }, toastError);

  return (
    <>
      <div className={css.bar}>
        <TextInput
          aria-label="Only by this user"
          placeholder="User"
          leftSection={<Icon name="user" size={14} />}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <Select
          aria-label="Only this action"
          placeholder="Every action"
          clearable
          data={FILTERS}
          value={action}
          onChange={setAction}
        />
        <TextInput
          type="date"
          aria-label="From this day"
          title="From this day"
          max={to || undefined}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          aria-label="To this day"
          title="To this day"
          min={from || undefined}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Menu>
          <Menu.Target>
            <Button variant="default" leftSection={<Icon name="download" size={15} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => save('csv')}>CSV</Menu.Item>
            <Menu.Item onClick={() => save('json')}>JSON</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {list.isError ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <LoadingRows />
      ) : events.length === 0 ? (
        <Empty icon="clock" title={narrowed ? 'Nothing like that happened' : 'Nothing happened yet'} />
      ) : (
        <Rows
          label="Action History"
          items={events}
          keyOf={(event: Event) => event.id}
          height={46}
          hasMore={list.hasNextPage}
          loadMore={() => void (list.isFetching || list.fetchNextPage())}
        >
          {(event) => (
            <div className={css.row}>
              <span role="cell" className={css.dim}>
                <Age at={event.createdAt} />
              </span>
              <span role="cell">{event.user?.username ?? '-'}</span>
              <span role="cell" className={css.what}>
                {actionWords(event.action)}
                {event.alias && <Chip kind="alias">{event.alias}</Chip>}
              </span>
              <span role="cell">
                {event.versionIndex != null && (
                  <Link {...versionLink(place, `v${event.versionIndex}`)} className="v-mono" data-row>
                    v{event.versionIndex}
                  </Link>
                )}
              </span>
            </div>
          )}
        </Rows>
      )}
    </>
  );
}
