import { pluralFor } from './plural';

const n = pluralFor('en');

export const en = {
  // Variables
  variables: 'Variables',
  noVariable: 'No variable found',
  noValue: 'no value',
  unresolvedTitle: (count: number) =>
    n(count, 'A variable has no value here', '# variables have no value here'),
  unresolvedHelp: (count: number) =>
    n(
      count,
      'The contact would read it as it is written.',
      'The contact would read them as they are written.',
    ),
  emptyToken: 'no value',
  unknownToken: 'doesn’t exist',
  sendAnyway: 'Send anyway',
  mend: 'Change the text',
  // Messages with a tag
  tag: 'About',
  chooseTag: 'Choose a tag',
  tagHelp: 'The tag says what the message is about. Advertising isn’t allowed.',
  withoutTag: 'Don’t write a tagged message',
  // Snippets
  snippets: 'Snippets',
  noSnippet: 'No snippet found',
  noSnippets: 'No snippets yet. Make some under Settings.',
  personal: 'Personal',
  team: 'Team',
  workspace: 'Everybody',
  files: (count: number) => n(count, '# file', '# files'),
  // Sending later
  sendLater: 'Send later',
  presets: {
    hour: 'In an hour',
    afternoon: 'This afternoon',
    tomorrow: 'Tomorrow morning',
    monday: 'Next Monday',
  },
  ownTime: 'Another day and time',
  pastTime: 'Choose a time that is still to come.',
  farTime: 'Choose a time within a year.',
  schedule: 'Schedule',
  windowThen: (when: string) =>
    `The messaging window closes ${when}. Unless the contact writes again before, this will fail.`,
  scheduled: (when: string) => `Goes ${when}`,
  scheduledComment: (when: string) => `Comment, ${when}`,
  scheduledBy: (name: string) => `by ${name}`,
  notSent: 'Wasn’t sent',
  edit: 'Edit',
  sendNow: 'Send now',
  cancel: 'Cancel message',
  delete: 'Delete',
  cancelled: 'The message won’t be sent',
  cancelTitle: 'Cancel this message?',
  cancelHelp: 'It is deleted and won’t be sent.',
  keep: 'Keep it',
  undo: 'Undo',
  undoIn: (seconds: string) => `Sending in ${seconds} s`,
  sending: 'Sending…',
  tooLate: 'It has just been sent.',
  editScheduled: 'Edit scheduled message',
  text: 'Text',
  when: 'When',
  channel: 'Channel',
  removeFile: (name: string) => `Remove ${name}`,
  // Dates
  goToDate: 'Go to date',
  date: 'Date',
  go: 'Go',
  nothingThen: 'There is nothing from that day on. This is the newest.',
};

export default en;
export type ComposerTexts = typeof en;
