// A run's state as a word with a dot in front; the word says it, the color only helps.
import css from './RunState.module.css';

export function RunState({ state }: { state: string | null | undefined }) {
  const word = state ?? 'unknown';
  return (
    <span className={css.state} data-state={word}>
      {word}
    </span>
  );
}
