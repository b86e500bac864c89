const en = {
  emptyOpen: 'No open conversations. Well done!',
  emptyOpenHelp: 'New messages appear here by themselves.',
  emptyMine: 'Nothing is assigned to you right now.',
  emptyUnassigned: 'Every open conversation has somebody.',
  emptyTeam: 'Nobody of this team has an open conversation.',
  emptyBlocked: 'Nobody here is blocked.',
  emptyClosed: 'No closed conversations yet.',
  emptySnoozed: 'Nothing is snoozed.',
  emptyCustom: 'No contact fits',
  emptyCustomHelp: 'Change the filters, or the status above.',
  seeUnassigned: 'See unassigned',
  seeAll: 'See all',
  emptySearch: (q: string) => `Nobody matches “${q}”`,
  emptySearchHelp: 'Search looks at the start of names, e-mail addresses and phone numbers.',
};
export type EmptyTexts = typeof en;
export default en;
