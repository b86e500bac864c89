const en = {
  onlyHere: 'Only this conversation',
  found: (count: number) => (count === 1 ? '1 hit' : `${count} hits`),
  indexing: 'The newest messages are still being indexed: some may be missing.',
  lookingBack: 'Looking further back…',
  none: (q: string) => `Nothing with “${q}”`,
  noneHelp: 'All of the words must be in one message. The last one may be only begun.',
  everywhere: 'Look in all conversations',
  failed: 'The messages could not be searched',
};
export type HitsTexts = typeof en;
export default en;
