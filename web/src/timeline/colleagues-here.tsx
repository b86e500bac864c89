import { useQuery } from '@tanstack/react-query';
import { meQuery, usersQuery } from '../api/queries';
import { userTyping } from '../realtime/presence';
import { Avatar } from '../ui/avatar';
import { tip } from '../ui/tooltip';
import { consoleTexts } from './console-texts';

/** Colleagues who are writing to the same contact right now, so that two don't answer. */
export function useColleaguesHere(contactId: string) {
  const ids = userTyping.use(contactId);
  const { data: users } = useQuery(usersQuery);
  const { data: me } = useQuery(meQuery);
  return users?.filter((u) => ids.includes(u.id) && u.id !== me?.user.id) ?? [];
}

export function ColleaguesHere({ contactId }: { contactId: string }) {
  const here = useColleaguesHere(contactId);
  return (
    <div role="status" className="flex items-center -space-x-1.5">
      {here.map((u) => (
        <span
          key={u.id}
          className="rounded-full ring-2 ring-amber-line"
          {...tip(consoleTexts.text.colleagueTyping(u.name))}
        >
          <Avatar who={u} size={24} />
          <span className="sr-only">{consoleTexts.text.colleagueTyping(u.name)}</span>
        </span>
      ))}
    </div>
  );
}
