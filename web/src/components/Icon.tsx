// The icons: strokes on a 24 by 24 grid, drawn for this app. They are decoration; what a button does
// is said by its label.
const PATHS = {
  registry: 'M4 20V10a8 8 0 0 1 16 0v10M3 20.5h18M12 10.5v6M9 13.5h6',
  cube: 'M12 3 20 7.5v9L12 21l-8-4.5v-9L12 3Zm0 9 8-4.5M12 12v9M12 12 4 7.5',
  data: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  collection: 'M4 8h16v12H4zM6.5 4.5h11M5 8l1.5-3.5M19 8l-1.5-3.5M9 12.5h6',
  artifacts: 'M12 3 20 7v10l-8 4-8-4V7l8-4ZM4 7l8 4 8-4',
  run: 'M4 17.5 9 12l3.5 3.5L20 7M15 7h5v5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20.5 20.5',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5 10 17.5 19.5 7',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  star: 'm12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8L12 16.9l-5.2 2.7 1-5.8-4.2-4.1 5.8-.8L12 3.6Z',
  gear: 'M4 7h9M17 7h3M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM4 17h3M11 17h9M9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  lock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5',
  pencil: 'M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5l-4.5 1ZM13.5 7 17 10.5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1.2 1.200M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.700l1.2-1.2',
  unlink: 'M9.5 9 5.5 13A4 4 0 0 0 11 18.700l1-1M14.5 15l4-4A4 4 0 0 0 13 5.300l-1 1M5 5l14 14',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.500a7.5 7.5 0 0 1 15 0',
  users:
    'M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.500a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.500M17.5 13.700a6.5 6.5 0 0 1 4 5.8',
  key: 'M14.5 13.500a5 5 0 1 0-4-4L3.5 16.500v4h4v-2.500H10v-2.500l2-2M16 8h.01',
  down: 'M6 9.500l6 6 6-6',
  up: 'M6 15.500l6-6 6 6',
  right: 'M9.5 6l6 6-6 6',
  left: 'M14.5 6l-6 6 6 6',
  folder: 'M3.5 6h6l2 2.500h9v11h-17z',
  file: 'M6 3h8l4.5 4.500V21H6zM14 3v4.500h4.5',
  download: 'M12 4v11M7 10.500l5 5 5-5M4.5 20h15',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.200l3.5 2',
  tag: 'M4 4h8l8.5 8.5-8 8L4 12V4ZM8.5 8.500h.01',
  alias: 'M5 4v16.500M5 5h13l-3 4 3 4H5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M18.7 5.300l-1.4 1.400M6.7 17.300l-1.4 1.4',
  moon: 'M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500Z',
  screen: 'M3.5 5h17v11.500h-17zM9 20h6M12 16.500V20',
  menu: 'M4 7h16M4 12h16M4 17h16',
  compare: 'M9 4v16M15 4v16M4 8h5M4 12h5M15 8h5M15 16h5',
  graph:
    'M5 8.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM5 20.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM19 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7.5 6.500l9 4.500M7.5 17l9-4',
  eye: 'M2.5 12C5 7.5 8.3 5.5 12 5.500s7 2 9.5 6.500c-2.5 4.5-5.8 6.5-9.5 6.500S5 16.5 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3Z',
  filter: 'M4 5.500h16L14 12.500V19l-4 1.500v-8L4 5.500Z',
  external: 'M13.5 4.500h6v6M19.5 4.500l-9 9M17 14v5.500H4.500V7H10',
  out: 'M10 4.500H4.500v15H10M15 8l4 4-4 4M19 12H9.5',
  refresh: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.300L19.5 9M19.5 4v5h-5',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  building: 'M5 21V4h9v17M14 10h5v11M3 21h18M8 8h3M8 12h3M8 16h3',
  storage: 'M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01',
  alert: 'M12 4 21 20H3L12 4ZM12 10v4.500M12 17.200h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.500M12 7.800h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 16,
  filled = false,
}: {
  name: IconName;
  size?: number;
  filled?: boolean;
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.8 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
