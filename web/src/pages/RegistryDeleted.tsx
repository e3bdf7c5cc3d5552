// What was deleted in a registry or project and can still come back.
import { Button } from '@mantine/core';

import { Section } from '../components/Page';
import { Rows } from '../components/Rows';
import { Age } from '../components/Time';
import { useGql } from '../graphql/client';
import {
  RegistryPeopleDocument,
  RestoreCollectionDocument,
  RestoreVersionDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import css from './form.module.css';

export function RegistryDeleted({ entity, project }: { entity: string; project: string }) {
  const list = useGql(RegistryPeopleDocument, { entity, project });
  const collection = useChange(RestoreCollectionDocument);
  const version = useChange(RestoreVersionDocument);
  const items = [
    ...(list.data?.project?.deletedCollections ?? []),
    ...(list.data?.project?.deletedVersions ?? []),
  ];

  if (items.length === 0) return null;
  return (
    <Section title="Deleted, and can be restored">
      <Rows label="Deleted" items={items} keyOf={(item) => item.id} height={54}>
        {(item) => (
          <div className={css.cells}>
            <span role="cell">
              {item.collectionName}
              {item.versionIndex != null && <span className="v-mono">:v{item.versionIndex}</span>}
            </span>
            <span role="cell" className={`${css.dim} ${css.wide}`}>
              deleted <Age at={item.deletedAt} />, gone <Age at={item.restorableUntil} />
            </span>
            <span role="cell">
              <Button
                size="xs"
                variant="default"
                data-row
                onClick={() => (item.versionIndex == null ? collection : version).mutate({ id: item.id })}
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
