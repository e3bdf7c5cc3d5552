// The star of a registry. It changes at once; when the server refuses, it goes back.
import { ActionIcon, Tooltip } from '@mantine/core';
import { useState } from 'react';

import { Icon } from '../components/Icon';
import { StarProjectDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { registryName } from '../lib/names';
import css from './StarButton.module.css';

export function StarButton({ registry }: { registry: { id: string; name: string; starred: boolean } }) {
  const star = useChange(StarProjectDocument);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const shown = wanted ?? registry.starred;
  const label = `${shown ? 'Unstar' : 'Star'} ${registryName(registry.name)}`;

  const toggle = () => {
    setWanted(!shown);
    star.mutate({ id: registry.id, starred: !shown }, { onSettled: () => setWanted(null) });
  };
  return (
    <Tooltip label={shown ? 'Unstar' : 'Star'}>
      <ActionIcon className={css.star} data-on={shown || undefined} aria-label={label} onClick={toggle}>
        <Icon name="star" filled={shown} size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
