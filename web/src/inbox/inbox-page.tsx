import { Outlet, useParams } from '@tanstack/react-router';
import { Suspense, useEffect, useSyncExternalStore } from 'react';
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

export default function InboxPage() {
  const { filter, q, where } = useListFilter();
  const { contactId } = useParams({ strict: false });
  const prefs = usePrefs();
  const phone = usePhone();
  const wide = useWide();
  useEffect(() => setPrefs({ lastInbox: filter.inbox }), [filter.inbox]);
  useInboxSeen(filter.inbox);
  useShortcuts({ '[': () => setPrefs({ sidebar: !getPrefs().sidebar }) });

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
