import { queryClient } from '../api/queries';

/** How many contacts stay in memory: whoever goes back to one of them sees it at once. */
const kept = 40;

const ofContact = new Set([
  'contact',
  'timeline',
  'scheduled',
  'variables',
  'duplicates',
  'conversations',
]);
const opened = new Set<string>();

/** Notes that a contact is open, and forgets the one that was so longest ago. */
export function keepContact(id: string) {
  opened.delete(id);
  opened.add(id);
  for (const oldest of opened) {
    if (opened.size <= kept) return;
    opened.delete(oldest);
    queryClient.removeQueries({
      type: 'inactive',
      predicate: ({ queryKey: [kind, of] }) => of === oldest && ofContact.has(kind as string),
    });
  }
}
