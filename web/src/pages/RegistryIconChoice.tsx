// The block of a registry's settings that chooses its picture and color. "Automatic" is what follows
// from the name.
import { UpsertRegistryDocument } from '../graphql/generated';
import { COLORS, PICTURES, RegistryIcon } from '../components/RegistryIcon';
import { useChange } from '../lib/change';
import { registryName } from '../lib/names';
import css from './RegistryIconChoice.module.css';
import type { Registry } from './RegistrySettings';

export function RegistryIconChoice({ registry, canEdit }: { registry: Registry; canEdit: boolean }) {
  const upsert = useChange(UpsertRegistryDocument);
  const name = registryName(registry.name);
  const now = { name: registry.icon?.name ?? '', color: registry.icon?.color ?? '' };
  const choose = (icon: typeof now) =>
    upsert.mutate({ input: { entityName: registry.entityName, name: registry.name, icon } });

  if (!canEdit) return <RegistryIcon name={name} icon={registry.icon} size={44} />;
  return (
    <div className={css.choice}>
      <RegistryIcon name={name} icon={registry.icon} size={44} />
      <div className={css.lists}>
        {(
          [
            ['Picture', 'name', PICTURES],
            ['Color', 'color', COLORS],
          ] as const
        ).map(([label, part, words]) => (
          <div key={part} className={css.list} role="group" aria-label={label}>
            {['', ...words].map((word) => (
              <button
                key={word}
                type="button"
                className={word === '' ? `${css.option} ${css.word}` : css.option}
                aria-pressed={now[part] === word}
                aria-label={`${label} ${word || 'automatic'}`}
                title={word || 'automatic'}
                disabled={upsert.isPending}
                onClick={() => choose({ ...now, [part]: word })}
              >
                {word === '' ? (
                  'Automatic'
                ) : (
                  <RegistryIcon name={name} icon={{ ...now, [part]: word }} size={26} />
                )}
              </button>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
