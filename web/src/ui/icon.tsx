// One stroke family, 24 px grid, drawn for Bandeja. Paths only: no sprite to fetch.
const paths = {
  dashboard: 'M4.5 4.5h6v8h-6zM4.5 16h6v3.5h-6zM14 4.5h5.5V8H14zM14 11.5h5.5v8H14z',
  inbox: 'M3.5 13H8l1.5 3h5l1.5-3h4.5M5.2 5h13.6l1.7 8v5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-5z',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  userPlus: 'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20.5a7 7 0 0 1 14 0M19 7v6M16 10h6',
  filter: 'M4 5.5h16l-6.2 7.3V19l-3.6-1.8v-4.4z',
  alarm: 'M12 20a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM12 9.5V13l2.3 1.6M5 3.5 2.5 6M19 3.5 21.5 6',
  clockOff:
    'M8.2 7.1A7 7 0 0 1 18.4 16.6M16.3 18.6A7 7 0 0 1 6.5 8.7M12 9.5v2M3.5 3.5l17 17M19 3.5 21.5 6',
  broadcast: 'M4 10v4h3l6 4V6l-6 4zM16.5 9.5a4 4 0 0 1 0 5M19 7a7.5 7.5 0 0 1 0 10',
  flow: 'M5 4.5h5v5H5zM14 14.5h5v5h-5zM10 7h4.5a2 2 0 0 1 2 2v5.5',
  merge: 'M7 4.5v4a4 4 0 0 0 4 4h6M7 19.5v-4a4 4 0 0 1 4-4M14 9.5l3 3-3 3',
  robot: 'M6 9h12v9.5H6zM12 9V5.5M9.5 13h.01M14.5 13h.01M9.5 16h5M3.5 12.5v3M20.5 12.5v3',
  users:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.9a3.5 3.5 0 0 1 0 6.2M18.2 13.6a6.5 6.5 0 0 1 3.3 5.9',
  unassigned: 'M12 4a8 8 0 1 1-.01 0z',
  messages: 'M20.5 11.7a7.8 7.8 0 0 1-7.8 7.8H4l2-3a7.8 7.8 0 1 1 14.5-4.8z',
  settings: 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4',
  search: 'M11 17.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.2-4.2',
  plus: 'M12 5v14M5 12h14',
  select: 'M4.5 4.5h15v15h-15zM8.5 12.2l2.5 2.5 4.8-5.2',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'm6.5 9.5 5.5 5.5 5.5-5.5',
  up: 'm6.5 14.5 5.5-5.5 5.5 5.5',
  left: 'm14.5 6-6 6 6 6',
  right: 'm9.5 6 6 6-6 6',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4.2l2.8 1.8',
  attach:
    'm20 11.5-8.2 8.2a5 5 0 0 1-7-7l8.6-8.6a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.6-7.5',
  emoji:
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM8.5 14a4.2 4.2 0 0 0 7 0M9 9.5h.01M15 9.5h.01',
  template: 'M5 4.5h14v15H5zM8.5 9h7M8.5 12.5h7M8.5 16h4',
  mic: 'M12 3.5a2.7 2.7 0 0 0-2.7 2.7v5.3a2.7 2.7 0 0 0 5.4 0V6.2A2.7 2.7 0 0 0 12 3.5zM5.8 11a6.2 6.2 0 0 0 12.4 0M12 17.5v3',
  send: 'M4.5 12h8M4.5 12 3.5 4.5 21 12 3.5 19.5z',
  reply: 'M9 7 4 12l5 5M4 12h9.5a6.5 6.5 0 0 1 6.5 6.5',
  lock: 'M6.5 10.5h11v9h-11zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  file: 'M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4',
  download: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  stop: 'M7 7h10v10H7z',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5',
  pin: 'M12 21s6.5-5.7 6.5-11a6.5 6.5 0 0 0-13 0c0 5.3 6.5 11 6.5 11zM12 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  panel: 'M4 5h16v14H4zM15 5v14',
  sidebar: 'M4 5h16v14H4zM9 5v14',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  external: 'M13.5 5H19v5.5M19 5l-8.5 8.5M17 14v4.5H5.5V7H10',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 4v4.5H15',
  warning: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01',
  error: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 8v4.7M12 16h.01',
  offline:
    'M3.5 9.5a13 13 0 0 1 6-3M20.5 9.5a13 13 0 0 0-7-3.2M7 13.2a8 8 0 0 1 3-1.7M17 13.2a8 8 0 0 0-1.5-1M12 18h.01M4.5 4.5l15 15',
  phone:
    'M5 4.5h3.5l1.7 4.3-2.2 1.5a12 12 0 0 0 5.7 5.7l1.5-2.2 4.3 1.7V19a1.5 1.5 0 0 1-1.6 1.5A15.5 15.5 0 0 1 3.5 6.1 1.5 1.5 0 0 1 5 4.5z',
  mail: 'M4 6h16v12H4zM4.5 6.5l7.5 6.5 7.5-6.5',
  globe:
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM3.5 12h17M12 3.5c2.5 2.3 3.7 5.1 3.7 8.5s-1.2 6.2-3.7 8.5c-2.5-2.3-3.7-5.1-3.7-8.5S9.5 5.8 12 3.5z',
  copy: 'M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4',
  key: 'M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 12.2 19 4.5M16 7.5l2.5 2.5',
  bolt: 'M13 3.5 5.5 13.5h5.5l-1 7 7.5-10H12z',
  braces:
    'M9 4.5C6.8 4.5 7.5 8 6.8 10.2 6.4 11.5 5 12 5 12s1.4.5 1.8 1.8c.7 2.2 0 5.7 2.2 5.7M15 4.5c2.2 0 1.5 3.5 2.2 5.7.4 1.3 1.8 1.8 1.8 1.8s-1.4.5-1.8 1.8c-.7 2.2 0 5.7-2.2 5.7',
  calendar: 'M4.5 6h15v13.5h-15zM4.5 10.5h15M8.5 3.5V8M15.5 3.5V8',
  cart: 'M3.5 5h2.3l2.2 10.5h9.5l2-7.5H6.7M9.5 19.5h.01M16.5 19.5h.01',
  list: 'M9 7h10.5M9 12h10.5M9 17h10.5M5 7h.01M5 12h.01M5 17h.01',
  forward: 'M15 7l5 5-5 5M20 12h-9.5A6.5 6.5 0 0 0 4 18.5',
  edit: 'M5 19l.8-3.8L16.3 4.7l3 3L8.8 18.2z',
  block: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM6 6l12 12',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  monitor: 'M4 5h16v11H4zM9 20h6M12 16v4',
  logout: 'M14 5H5.5v14H14M10.5 12H20M16.5 8.5 20 12l-3.5 3.5',
  expand: 'M14 5h5v5M19 5l-6 6M10 19H5v-5M5 19l6-6',
  image: 'M4 5.5h16v13H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01',
  video: 'M4 6.5h11v11H4zM15 10.5l5-3v9l-5-3',
  arrowIn: 'M17 7 8 16M8 9v7h7',
  arrowOut: 'M7 17l9-9M9 8h7v7',
  archive: 'M4 5.5h16v4H4zM5.5 9.5v9h13v-9M10 13h4',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 20.5a2.2 2.2 0 0 0 4 0',
  at: 'M15.5 12a3.5 3.5 0 1 0-3.5 3.5c2 0 3.5-1.5 3.5-3.5zM15.5 8.5v5a2.4 2.4 0 0 0 4.8 0V12a8.3 8.3 0 1 0-3.4 6.7',
  tag: 'M4.5 4.5h7l8 8-7 7-8-8zM8.5 8.5h.01',
} as const;

export type IconName = keyof typeof paths;

export function Icon({
  name,
  size = 18,
  className = '',
  strokeWidth = 1.6,
}: {
  name: IconName;
  size?: number;
  className?: string;
  strokeWidth?: number;
}) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeDasharray={name === 'unassigned' ? '3.2 3.1' : undefined}
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      <path d={paths[name]} />
    </svg>
  );
}
