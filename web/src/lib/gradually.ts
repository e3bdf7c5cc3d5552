// Long grids that are not worth a virtual list: the first screens at once, the rest when the page is awake.
import { useEffect, useState } from 'react';

const FIRST = 36;

/** The beginning of the list, and soon after it was drawn all of it. */
export function useGradually<T>(items: T[]): T[] {
  const [all, setAll] = useState(false);
  const isLong = items.length > FIRST;

  useEffect(() => {
    if (!isLong || all) return;
    const timer = setTimeout(() => setAll(true), 120);
    return () => clearTimeout(timer);
  }, [isLong, all]);
  return all || !isLong ? items : items.slice(0, FIRST);
}
