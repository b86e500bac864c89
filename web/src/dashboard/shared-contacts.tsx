import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMe } from '../api/queries';
import { formatPhone } from '../format/phone';
import { Avatar } from '../ui/avatar';
import { ChannelGlyph } from '../ui/channel-glyph';
import { EmptyState, ErrorState } from '../ui/states';
import { Part, RowsSkeleton } from './dashboard-part';
import { sharedQuery } from './queries';
import { dashboardTexts } from './texts';

/** Contacts that may be the same person, those first who came to it last. */
export function SharedContacts({ onlyIfAny = false }: { onlyIfAny?: boolean }) {
  const d = dashboardTexts.text;
  const inbox = useMe().user.visibility === 'all' ? 'all' : 'mine';
  const query = useInfiniteQuery(sharedQuery);
  const groups = query.data?.pages.flatMap((p) => p.items) ?? [];
  if (onlyIfAny && groups.length === 0) return null;
  return (
    <Part title={d.duplicates} help={d.duplicatesHelp}>
      {query.isError && groups.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <RowsSkeleton />
      ) : groups.length === 0 ? (
        <div className="flex rounded-10 border border-line">
          {query.hasNextPage ? (
            <EmptyState icon="users" title={d.noneOnPage} />
          ) : (
            <EmptyState icon="check" title={d.noDuplicates} help={d.noDuplicatesHelp} />
          )}
        </div>
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-10 border border-line">
          {groups.map((group) => (
            <li key={group.phone + group.email} className="px-4 py-3">
              <p className="flex flex-wrap items-baseline gap-x-2 text-13">
                <span className="font-medium">
                  {group.phone && group.email
                    ? d.sameBoth
                    : group.phone
                      ? d.samePhone
                      : d.sameEmail}
                </span>
                <span className="min-w-0 text-muted [overflow-wrap:anywhere]">
                  {[group.phone && formatPhone(group.phone), group.email]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </p>
              <ul className="mt-1.5 -ml-1.5 flex flex-wrap gap-1.5">
                {group.contacts.map((contact) => (
                  <li key={contact.id} className="min-w-0">
                    <Link
                      to="/inbox/$inbox/$contactId"
                      params={{ inbox, contactId: contact.id }}
                      search={{}}
                      preload="intent"
                      className="flex min-h-8 max-w-72 items-center gap-2 rounded-6 px-1.5 hover:bg-hover max-md:min-h-11"
                    >
                      <Avatar who={contact} size={24} />
                      <span className="min-w-0 truncate font-medium">
                        {formatPhone(contact.name)}
                      </span>
                      {contact.channel && <ChannelGlyph type={contact.channel.type} />}
                    </Link>
                  </li>
                ))}
                {group.more > 0 && (
                  <li className="self-center text-13 text-muted">{d.andMore(group.more)}</li>
                )}
              </ul>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <button
          type="button"
          className="btn mt-3"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {d.showMore}
        </button>
      )}
    </Part>
  );
}
