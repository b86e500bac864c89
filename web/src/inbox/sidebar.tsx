import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { inboxesQuery, useMe } from '../api/queries';
import { wholeNumber } from '../format/size';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { setPrefs } from '../ui/prefs';
import { tip } from '../ui/tooltip';
import { inboxIcons, inboxIds } from './inbox-entries';
import { useListFilter } from './use-inbox-list';

export function Sidebar() {
  const me = useMe();
  const { filter } = useListFilter();
  const { data: inboxes } = useQuery(inboxesQuery);
  // Who may see only their own contacts gets only the inboxes that exist for them.
  const ids = inboxes ? inboxIds.filter((id) => inboxes.some((i) => i.id === id)) : inboxIds;
  return (
    <nav
      aria-label={t.inboxes}
      className="flex w-[232px] shrink-0 flex-col overflow-y-auto border-r border-line bg-sunken px-2.5 pt-3.5"
    >
      <div className="flex items-center pb-2.5 pl-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-16 font-semibold tracking-tight">{t.messages}</h2>
        </div>
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={t.hideInboxes}
          {...tip(t.hideInboxes, '[')}
          onClick={() => setPrefs({ sidebar: false })}
        >
          <Icon name="sidebar" size={16} />
        </button>
      </div>
      <ul className="grid gap-px">
        {ids.map((id) => {
          const inbox = inboxes?.find((i) => i.id === id);
          const here = filter.inbox === id;
          return (
            <li key={id}>
              <Link
                to="/inbox/$inbox"
                params={{ inbox: id }}
                search={{}}
                aria-current={here ? 'page' : undefined}
                className={`flex h-8 items-center gap-2.5 rounded-[8px] px-2 ${here ? 'bg-surface font-semibold text-text shadow-[0_0_0_1px_var(--line)]' : 'font-medium text-muted hover:bg-hover hover:text-text'}`}
              >
                <Icon name={inboxIcons[id]} />
                <span className="min-w-0 flex-1 truncate">{t.inbox[id]}</span>
                {inbox && inbox.unread > 0 && (
                  <>
                    <span
                      className="size-[7px] rounded-full bg-blue"
                      {...tip(t.unreadConversations(inbox.unread))}
                    />
                    <span className="sr-only">{t.unreadConversations(inbox.unread)}, </span>
                  </>
                )}
                {inbox && inbox.open > 0 && (
                  <span className="text-12 font-normal text-faint">
                    <span aria-hidden="true">{wholeNumber(inbox.open)}</span>
                    <span className="sr-only">{t.openCount(inbox.open)}</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      <p className="mt-auto truncate px-2 py-3 text-12 text-faint">{me.workspace.name}</p>
    </nav>
  );
}
