import { pluralFor } from './plural';

const n = pluralFor('en');

export const en = {
  help: 'How things stand right now.',
  counts: 'Open conversations',
  open: (count: number) => n(count, '# open', '# open'),
  unread: (count: number) => n(count, '# unread', '# unread'),
  noneUnread: 'All read',
  // Who waits
  waiting: 'Waiting for an answer',
  waitingHelp: 'Those who have waited longest first.',
  waitingOf: 'Whose conversations',
  nobodyWaits: 'Nobody is waiting for an answer',
  nobodyWaitsHelp: 'Every open conversation here has been answered.',
  seeInInbox: 'See them in the inbox',
  // The team
  team: 'Team',
  teamHelp: 'Open conversations of each person.',
  onlyYou: 'Your open conversations.',
  showAll: (count: number) => n(count, 'Show # more person', 'Show # more people'),
  noneAssigned: 'None',
  // Duplicates
  duplicates: 'Possible duplicates',
  duplicatesHelp: 'Contacts with the same phone or e-mail, who may be the same person.',
  noDuplicates: 'No duplicates',
  noDuplicatesHelp: 'No two contacts share a phone or an e-mail.',
  noneOnPage: 'None among those looked at so far.',
  samePhone: 'Same phone',
  sameEmail: 'Same e-mail',
  sameBoth: 'Same phone and e-mail',
  andMore: (count: number) => n(count, 'and # more', 'and # more'),
  showMore: 'Show more',
  // Channels
  channelTrouble: (count: number) =>
    n(count, 'A channel isn’t working', '# channels aren’t working'),
  channelTroubleHelp: 'Messages may not be arriving or going out.',
  channelTroubleTell: 'Tell a manager or the owner.',
  lookAt: (name: string) => `Look at ${name}`,
};

export default en;
export type DashboardTexts = typeof en;
