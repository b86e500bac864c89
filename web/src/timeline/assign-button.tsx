import { useQuery } from '@tanstack/react-query';
import { Suspense, useRef } from 'react';
import { usersQuery } from '../api/queries';
import type { Contact } from '../api/types';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import type { Taker } from '../outbox/action';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';
import { PopoverButton, type PopoverHandle } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { tip } from '../ui/tooltip';

const AssignPanel = lazyWithTexts(() => import('./assign-panel'));

/** Laura M. */
function shortName(name: string) {
  const [first = '', last] = name.split(' ');
  return last ? `${first} ${last.charAt(0)}.` : first;
}

export function AssignButton({
  contact,
  onAssign,
}: {
  contact: Contact;
  onAssign: (to: Taker) => void;
}) {
  const { data: users } = useQuery(usersQuery);
  const handle = useRef<PopoverHandle>(null);
  useShortcuts({ a: () => handle.current?.open() });
  const assignee = users?.find((u) => u.id === contact.assignee_id);
  return (
    <PopoverButton
      handle={handle}
      label={t.assign}
      named="by-text"
      className="btn max-w-44 gap-1.5 px-1.5 pr-2.5 aria-expanded:bg-hover @max-[600px]:w-9 @max-[600px]:border-transparent @max-[600px]:px-0"
      attributes={tip(t.assign, 'a')}
      content={(close) => (
        <Suspense fallback={<PanelSkeleton className="w-72" />}>
          <AssignPanel
            assigneeId={contact.assignee_id}
            onPick={(to) => {
              close();
              if (!('user_id' in to) || to.user_id !== contact.assignee_id) onAssign(to);
            }}
          />
        </Suspense>
      )}
    >
      {assignee ? (
        <Avatar who={assignee} size={22} />
      ) : (
        <Icon name="unassigned" className="text-muted" />
      )}
      <span className="sr-only">{t.assign}: </span>
      <span className="min-w-0 truncate @max-[600px]:sr-only">
        {assignee ? shortName(assignee.name) : t.unassigned}
      </span>
    </PopoverButton>
  );
}
