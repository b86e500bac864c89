import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Suspense, useEffect, useSyncExternalStore } from 'react';
import { customInboxesQuery, inboxesQuery, useMe } from '../api/queries';
import type { InboxId } from '../api/types';
import { CustomDialogs } from '../custom-inbox/section';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyPart } from '../parts';
import { bulkNews } from '../realtime/apply';
import { getPrefs, setPrefs, usePrefs } from '../ui/prefs';
import { usePhone, useWide } from '../ui/use-media';
import { ContactList } from './contact-list';
import { ListHeader } from './list-header';
import { ListResizer } from './list-resizer';
import { Sidebar } from './sidebar';
import { useListFilter } from './use-inbox-list';
import { useInboxSeen } from './use-inbox-seen';

const BulkProgress = lazyPart(async () => {
  const module = await import('./bulk-progress');
  await module.bulkTexts.load();
  return module;
});

const Hits = lazyPart(async () => {
  const module = await import('./hits');
  await module.hitsTexts.load();
  return module;
});

/** Whether an inbox isn't there for the viewer, or not any more. */
function useGone(id: InboxId) {
  const inboxes = useQuery(inboxesQuery);
  const custom = useQuery(customInboxesQuery);
  // The blocked contacts have one as long as there are any.
  if (id === 'blocked' || !inboxes.data || !custom.data) return false;
  if (inboxes.isFetching || custom.isFetching) return false; // it may be new
  return ![...inboxes.data, ...custom.data].some((i) => i.id === id);
}

export default function InboxPage() {
  const { filter, q, where } = useListFilter();
  const { contactId } = useParams({ strict: false });
  const prefs = usePrefs();
  const phone = usePhone();
  const wide = useWide();
  const me = useMe();
  const gone = useGone(filter.inbox);
  const navigate = useNavigate();
  useEffect(() => {
    if (!gone) setPrefs({ lastInbox: filter.inbox, lastInboxOf: me.user.id });
    else
      void navigate({
        to: contactId ? '/inbox/$inbox/$contactId' : '/inbox/$inbox',
        params: { inbox: 'mine', contactId },
        search: (old) => old as object,
        replace: true,
      });
  }, [filter.inbox, gone, me.user.id, contactId, navigate]);
  useInboxSeen(filter.inbox);
  useShortcuts(wide ? { '[': () => setPrefs({ sidebar: !getPrefs().sidebar }) } : {});

  const sidebar = wide && prefs.sidebar;
  const showList = !phone || !contactId;
  const showConsole = !phone || contactId;
  const bulk = useSyncExternalStore(bulkNews.subscribe, bulkNews.get);
  const List = phone ? 'main' : 'section';
  return (
    <>
      {sidebar && <Sidebar />}
      {showList && (
        <List
          aria-label={t.contactList}
          style={phone ? undefined : { width: prefs.listWidth }}
          className={`relative flex flex-col bg-surface ${phone ? 'min-w-0 flex-1' : 'max-w-[46%] shrink-0 border-r border-line'}`}
        >
          <ListHeader sidebar={sidebar} />
          <Suspense>{q && where ? <Hits q={q} where={where} /> : <ContactList />}</Suspense>
          {bulk && (
            <Suspense>
              <BulkProgress />
            </Suspense>
          )}
          <CustomDialogs />
          {!phone && <ListResizer />}
        </List>
      )}
      {showConsole && <Outlet />}
    </>
  );
}
