// A registry's picture: what its admin chose, else what follows from its name: models and datasets have
// a drawing, every other one its first letter, each in a color of its own.
import { Icon, type IconName } from './Icon';
import css from './RegistryIcon.module.css';

/** What an admin may choose from; a word that is not here counts as none. */
export const PICTURES = [
  'cube',
  'data',
  'collection',
  'artifacts',
  'registry',
  'star',
  'graph',
  'run',
  'globe',
  'users',
  'eye',
  'file',
  'tag',
  'key',
  'storage',
  'building',
] as const satisfies readonly IconName[];

/** In the order of their numbers in the style sheet. */
export const COLORS = [
  'blue',
  'green',
  'purple',
  'orange',
  'cyan',
  'pink',
  'lime',
  'indigo',
  'gold',
  'mint',
  'magenta',
  'sky',
] as const;

export interface Chosen {
  name?: string | null;
  color?: string | null;
}

function hueOf(name: string): number {
  let hash = 7;
  for (const c of name) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return hash % COLORS.length;
}

function pictureOf(name: string, chosen: Chosen | null | undefined): IconName | undefined {
  return (
    PICTURES.find((picture) => picture === chosen?.name) ??
    (name === 'model' ? 'cube' : name === 'dataset' ? 'data' : undefined)
  );
}

export function RegistryIcon({
  name,
  icon,
  size = 36,
}: {
  name: string;
  icon?: Chosen | null;
  size?: number;
}) {
  const picture = pictureOf(name, icon);
  const color = COLORS.findIndex((each) => each === icon?.color);
  return (
    <span
      className={css.icon}
      data-hue={color < 0 ? hueOf(name) : color}
      data-picture={picture}
      style={{ width: size, height: size }}
      aria-hidden="true"
    >
      {picture ? (
        <Icon name={picture} size={size * 0.55} />
      ) : (
        <span style={{ fontSize: size * 0.45 }}>{name.slice(0, 1).toUpperCase()}</span>
      )}
    </span>
  );
}
