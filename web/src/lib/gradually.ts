// Long grids that are not worth a virtual list: the first screen at once, the rest a little later, in between
// of what the person at the page does.
import { startTransition, useEffect, useState } from 'react';

const FIRST = 24;

/** The beginning of the list, and soon after it was drawn all of it. */
export function useGradually<T>(items: T[]): T[] {
  const [all, setAll] = useState(false);
  const isLong = items.length > FIRST;

  useEffect(() => {
    if (!isLong || all) return;
    const timer = setTimeout(() => startTransition(() => setAll(true)), 50);
    return () => clearTimeout(timer);
  }, [isLong, all]);
  return all || !isLong ? items : items.slice(0, FIRST);
}
