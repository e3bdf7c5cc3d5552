// A registry's picture: models and datasets have a drawing, every other one its first letter, in a
// color that follows from its name.
import css from './RegistryIcon.module.css';
import { Icon } from './Icon';

function hueOf(name: string): number {
  let hash = 7;
  for (const c of name) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return hash % 12;
}

export function RegistryIcon({ name, size = 36 }: { name: string; size?: number }) {
  return (
    <span
      className={css.icon}
      data-hue={hueOf(name)}
      style={{ width: size, height: size }}
      aria-hidden="true"
    >
      {name === 'model' ? (
        <Icon name="cube" size={size * 0.55} />
      ) : name === 'dataset' ? (
        <Icon name="data" size={size * 0.55} />
      ) : (
        <span style={{ fontSize: size * 0.45 }}>{name.slice(0, 1).toUpperCase()}</span>
      )}
    </span>
  );
}
