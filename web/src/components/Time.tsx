// A moment as an age, with the exact time when the pointer rests on it.
import { Tooltip } from '@mantine/core';

import { formatAge, formatTime, parseTime } from '../lib/format';

export function Age({ at }: { at: string }) {
  return (
    <Tooltip label={formatTime(at)}>
      <time dateTime={parseTime(at).toISOString()}>{formatAge(at)}</time>
    </Tooltip>
  );
}
