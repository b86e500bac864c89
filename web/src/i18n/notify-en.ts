import { pluralFor } from './plural';

const n = pluralFor('en');

export const en = {
  notifications: 'Notifications',
  unreadCount: (count: string) => `Notifications, ${count} new`,
  tabs: { new: 'New', archived: 'Archived', all: 'All' },
  archiveAll: 'Archive all',
  archive: 'Archive',
  unarchive: 'Back from the archive',
  archivedAll: 'All notifications archived',
  openSettings: 'Notification settings',
  more: 'Show more',
  loadFailed: 'The notifications could not be loaded',
  empty: {
    new: ['Nothing new', 'What concerns you is listed here: mentions, assignments, new messages.'],
    archived: ['Nothing archived', 'What you archive stays here for 90 days.'],
    all: ['No notifications yet', 'Mentions, assignments and new messages are listed here.'],
  } as Record<'new' | 'archived' | 'all', [string, string]>,
  what: {
    assigned_to_me: (who: string) => (who ? `${who} assigned you` : 'Assigned to you'),
    mention: (who: string) => `${who} mentioned you`,
    message_mine: (_: string, count: number) => n(count, 'New message', '# new messages'),
    message_team: (_: string, count: number) =>
      n(count, 'New message in your team', '# new messages in your team'),
    message_unassigned: (_: string, count: number) =>
      n(count, 'New message, unassigned', '# new messages, unassigned'),
    snooze_due: () => 'Back from snooze',
    send_failed: (who: string) =>
      who ? `A message by ${who} was not sent` : 'Your message was not sent',
  },
  keysHint: 'Arrows move, Enter opens, E archives',
  // Preferences
  help: 'What reaches you, and how.',
  kind: 'What',
  ways: { app: 'Centre', push: 'Desktop', mail: 'E-mail' },
  waysHelp: {
    app: 'in the notification centre',
    push: 'on the desktop or the phone',
    mail: 'by e-mail, when you are away',
  },
  kinds: {
    assigned_to_me: 'A contact is assigned to me',
    mention: 'Somebody mentions me',
    message_mine: 'My contacts write',
    message_team: 'My team’s contacts write',
    message_unassigned: 'Unassigned contacts write',
    snooze_due: 'A snooze ends',
    send_failed: 'A message of mine fails',
  },
  noMail: 'This server sends no e-mail, so nothing comes by e-mail.',
  mailAfter: 'E-mail when I was away for',
  minutes: (count: number) => n(count, '# minute', '# minutes'),
  sound: 'Play a sound',
  soundHelp: 'While Bandeja is open, in one tab only.',
  showContent: 'Show what was written',
  showContentHelp:
    'On the desktop, on locked phones and in e-mails. Without it only the name shows.',
  quiet: 'Quiet hours',
  quietHelp: (zone: string) =>
    `No sound, nothing on the desktop, no e-mail. The centre still fills. Times in ${zone}.`,
  from: 'From',
  to: 'To',
  onDays: 'Beginning on',
  device: 'This device',
  deviceHelp: {
    default: 'Let your browser show notifications, also while Bandeja is in the background.',
    denied: 'Your browser blocks notifications from this site. Allow them in the site’s settings.',
    granted: 'Notifications are on.',
    open: 'Notifications are on while Bandeja is open.',
    unsupported: 'This browser can’t show notifications here. They need an https address.',
  },
  allow: 'Allow notifications',
  turnOff: 'Turn off',
  turnedOff: 'Notifications are off on this device',
  test: 'Send a test',
  testTitle: 'It works',
  testBody: 'This is how Bandeja tells you of things.',
  testSent: 'Test sent',
  install: 'Install Bandeja',
  installHelp: 'As an app of its own, on the desktop or the phone.',
  installAction: 'Install',
  installIOS: 'In Safari, tap Share and then “Add to Home Screen”.',
};

export type NotifyTexts = typeof en;
export default en;
