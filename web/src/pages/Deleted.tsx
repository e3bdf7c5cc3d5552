// What was deleted and can still come back: collections and versions of one registry or project, or
// whole registries and projects of their owner. Nothing is drawn while there is nothing.
import { Button } from '@mantine/core';

import { Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Age } from '../components/Time';
import { toastDone } from '../components/toast';
import { useGql } from '../graphql/client';
import {
  DeletedHereDocument,
  RestoreCollectionDocument,
  RestoreProjectDocument,
  RestoreVersionDocument,
  type DeletedLineFragment,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { registryName } from '../lib/names';
import css from './form.module.css';

function nameOf(item: DeletedLineFragment): string {
  const name = item.collectionName ?? registryName(item.projectName);
  return item.versionIndex == null ? name : `${name}:v${item.versionIndex}`;
}

function DeletedRows({ title, items }: { title: string; items: DeletedLineFragment[] }) {
  const project = useChange(RestoreProjectDocument);
  const collection = useChange(RestoreCollectionDocument);
  const version = useChange(RestoreVersionDocument);

  if (items.length === 0) return null;
  const restore = (item: DeletedLineFragment) => {
    const done = { onSuccess: () => toastDone(`${nameOf(item)} is back.`) };
    if (item.collectionName == null) project.mutate({ id: item.id }, done);
    else if (item.versionIndex == null) collection.mutate({ id: item.id }, done);
    else version.mutate({ id: item.id }, done);
  };
  return (
    <Section title={title}>
      <Rows label={title} items={items} keyOf={(item) => item.id} height={54}>
        {(item) => (
          <div className={css.cells}>
            <span role="cell">{nameOf(item)}</span>
            <span role="cell" className={`${css.dim} ${css.wide}`}>
              deleted <Age at={item.deletedAt} />, gone <Age at={item.restorableUntil} />
            </span>
            <span role="cell">
              <Button
                size="xs"
                variant="default"
                data-row
                aria-label={`Restore ${nameOf(item)}`}
                onClick={() => restore(item)}
              >
                Restore
              </Button>
            </span>
          </div>
        )}
      </Rows>
    </Section>
  );
}

/** Collections and versions; for those who may delete them. */
export function DeletedHere({ entity, project }: { entity: string; project: string }) {
  const list = useGql(DeletedHereDocument, { entity, project });
  const found = list.data?.project;
  return (
    <DeletedRows
      title="Deleted, and can be restored"
      items={[...(found?.deletedCollections ?? []), ...(found?.deletedVersions ?? [])]}
    />
  );
}

/** Registries of an organization or projects of a team: those that the viewer may restore. */
export function DeletedProjects({ title, items }: { title: string; items: DeletedLineFragment[] }) {
  return <DeletedRows title={title} items={items} />;
}
