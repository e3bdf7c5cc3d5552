// Sizes, counts and times as people read them. English only, like everything else here.
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const number = new Intl.NumberFormat('en-US');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dateTime = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });

/** 1536 -> "1.5 KB"; powers of 1000, as disks are sold and as the client prints. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${bytes < 0 ? '-' : ''}${value.toFixed(digits)} ${UNITS[unit]}`;
}

export function formatCount(count: number): string {
  return number.format(count);
}

/** "1 file", "2 files" */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** The server says UTC, sometimes without the Z. */
export function parseTime(text: string): Date {
  return new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

export function formatAge(text: string, now = Date.now()): string {
  const seconds = (now - parseTime(text).getTime()) / 1000;
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return relative.format(-Math.round(seconds / length), unit);
  return 'just now';
}

export function formatTime(text: string): string {
  return dateTime.format(parseTime(text));
}

/** 90000 s -> "1 day, 1 hour" */
export function formatDuration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.round((seconds % 86_400) / 3_600);
  if (days === 0 && hours === 0) return plural(Math.max(1, Math.round(seconds / 60)), 'minute');
  return [days > 0 ? plural(days, 'day') : '', hours > 0 ? plural(hours, 'hour') : '']
    .filter(Boolean)
    .join(', ');
}
