import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { channelsQuery, inboxesQuery, useMe } from '../api/queries';
import { wholeNumber } from '../format/size';
import { NoChannel } from '../frame/no-channel';
import { t } from '../i18n';
import { useInboxEntries } from '../inbox/inbox-entries';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { ChannelTrouble } from './channel-trouble';
import { SharedContacts } from './shared-contacts';
import { TeamLoad } from './team-load';
import { dashboardTexts } from './texts';
import { Waiting } from './waiting';

/** How things stand: what is open, who waits, who has how much to do, what to tidy up. */
export default function DashboardPage() {
  const d = dashboardTexts.text;
  const { data: channels } = useQuery(channelsQuery);
  return (
    <main className="min-w-0 flex-1 overflow-y-auto bg-surface">
      <div className="mx-auto max-w-[1080px] px-4 pt-4 pb-16 md:px-8 md:pt-8">
        <h1 className="text-20 font-semibold tracking-tight">{t.dashboard}</h1>
        <p className="mt-0.5 text-muted">{d.help}</p>
        {channels?.length === 0 ? (
          <>
            <NoChannel />
            <SharedContacts onlyIfAny />
          </>
        ) : (
          <>
            <ChannelTrouble />
            <Counts />
            <div className="mt-8 grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_320px]">
              <Waiting />
              <div className="grid min-w-0 gap-8">
                <TeamLoad />
                <SharedContacts />
              </div>
            </div>
          </>
        )}
      </div>
    </main>
  );
}

/** The open conversations of the inboxes that everybody looks at first. */
function Counts() {
  const d = dashboardTexts.text;
  const seesAll = useMe().user.visibility === 'all';
  const { isError, error, refetch } = useQuery(inboxesQuery);
  const entries = useInboxEntries().filter((e) =>
    // Whoever sees part of the contacts has their teams' inboxes in place of All.
    seesAll ? e.kind === 'standard' : e.kind === 'standard' || e.kind === 'team',
  );
  if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <section aria-label={d.counts} className="mt-6">
      <ul className="grid grid-cols-3 gap-2 md:gap-3">
        {entries.map((e) => (
          <li key={e.id}>
            <Link
              to="/inbox/$inbox"
              params={{ inbox: e.id }}
              search={{}}
              className="block rounded-10 border border-line px-3 py-2.5 hover:bg-hover md:px-4 md:py-3"
            >
              <span className="flex items-center gap-2 text-13 font-medium text-muted">
                <Icon name={e.icon} size={16} className="max-md:hidden" />
                <span className="min-w-0 truncate">{e.label}</span>
                {e.counts?.news && (
                  <span className="ml-auto size-2 rounded-full bg-blue">
                    <span className="sr-only">{t.hasNews}</span>
                  </span>
                )}
              </span>
              <span className="mt-1 flex min-h-8 flex-wrap items-baseline gap-x-2">
                {e.counts ? (
                  <>
                    <span className="text-[24px] leading-8 font-semibold tracking-tight tabular">
                      {wholeNumber(e.counts.open)}
                    </span>
                    <span className="sr-only">{d.open(e.counts.open)}</span>
                    <span className={`text-13 ${e.counts.unread ? 'text-accent' : 'text-faint'}`}>
                      {e.counts.unread ? d.unread(e.counts.unread) : d.noneUnread}
                    </span>
                  </>
                ) : (
                  <span className="late skeleton h-6 w-14 rounded-6" />
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
