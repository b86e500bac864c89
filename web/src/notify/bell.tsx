import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { post } from '../api/http';
import { inboxesQuery, queryClient } from '../api/queries';
import type { Notice, NoticePush } from '../api/types';
import { useShortcuts } from '../frame/shortcuts';
import { notices } from '../realtime/apply';
import { onConnected } from '../realtime/connection';
import { Icon } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { makeKnown } from './alerts';
import { markIcons } from './favicon';
import { noticeCountQuery, preferencesQuery } from './queries';
import './install';
import { electSpeaker } from './tabs-of-browser';
import { lazyWithNotifyTexts, notifyTexts } from './texts';
import { badge, inboxOf } from './words';
import { startWorker } from './worker';

const NoticePanel = lazyWithNotifyTexts(() => import('./panel'));
await notifyTexts.load();

/** The bell with its count; what it rings for is heard here as long as the app is open. */
export default function Bell({ phone = false }: { phone?: boolean }) {
  const x = notifyTexts.text;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { data: count = 0 } = useQuery(noticeCountQuery);
  const openNotice = useOpenNotice();
  // On a phone rail and bar are both in the page, and one of them is hidden.
  useShortcuts(phone ? {} : { n: () => setOpen(true) });
  useEffect(() => markIcons(count), [count]);
  const label = count > 0 ? x.unreadCount(badge(count)) : x.notifications;
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={label}
        {...tip(x.notifications, 'n')}
        onClick={() => setOpen(!open)}
        className={
          phone
            ? 'flex min-w-0 flex-auto flex-col items-center justify-center gap-0.5 px-0.5 py-1.5 text-11 font-medium text-muted'
            : 'relative mt-1 inline-flex size-10 items-center justify-center rounded-10 text-muted hover:bg-hover hover:text-text aria-expanded:bg-surface aria-expanded:text-accent'
        }
      >
        <span className="relative">
          <Icon name="bell" size={phone ? 22 : 20} />
          {count > 0 && (
            // Drawn, not written: the label says it.
            <span
              aria-hidden="true"
              data-count={badge(count)}
              className="absolute -top-2 left-2.5 min-w-4 rounded-full border-2 border-sunken bg-accent px-1 text-center text-[10px] leading-[14px] font-semibold text-accent-ink before:content-[attr(data-count)]"
            />
          )}
        </span>
        {phone && (
          <span aria-hidden="true" className="max-w-full truncate">
            {x.notifications}
          </span>
        )}
      </button>
      <Ear hidden={phone} />
      {open && (
        <Suspense>
          <NoticePanel
            anchor={button}
            side={phone ? 'top' : 'right'}
            onClose={() => setOpen(false)}
            onOpen={(n) => {
              setOpen(false);
              openNotice(n);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function useOpenNotice() {
  const navigate = useNavigate();
  return (n: Notice) => {
    if (n.new) post('/notifications/{id}/read', { params: { id: n.id } }).catch(() => {}); // opening the contact reads it too
    void navigate(target(n));
  };
}

function target(n: Notice) {
  const inboxes = queryClient.getQueryData(inboxesQuery.queryKey)?.map((i) => i.id) ?? [];
  return {
    to: '/inbox/$inbox/$contactId',
    params: { inbox: inboxOf(n, inboxes), contactId: n.contact.id },
    search: n.message_id ? { m: n.message_id } : {},
  } as const;
}

/** Hears of new notifications; those of the contact somebody looks at are read at once. */
function Ear({ hidden }: { hidden: boolean }) {
  const router = useRouter();
  const openNotice = useOpenNotice();
  const { contactId } = useParams({ strict: false });
  const { data: preferences } = useQuery(preferencesQuery);
  const { data: count = 0 } = useQuery(noticeCountQuery);
  const here = useRef({ contactId, preferences, openNotice });
  here.current = { contactId, preferences, openNotice };
  useEffect(() => {
    if (hidden) return;
    electSpeaker();
    const stopWorker = startWorker((url) => router.history.push(url));
    const hear = (push: NoticePush) => {
      const now = here.current;
      const { queryKey } = noticeCountQuery;
      queryClient.setQueryData(queryKey, push.unread);
      // What was asked before may be answered after, and is older.
      if (queryClient.isFetching({ queryKey })) void queryClient.invalidateQueries({ queryKey });
      void queryClient.invalidateQueries({ queryKey: ['notifications', 'list'] });
      const others = (push.notifications ?? []).filter(
        (n) => !(n.contact.id === now.contactId && document.hasFocus()),
      );
      if (others.length < (push.notifications ?? []).length) readContact(now.contactId!);
      void makeKnown(
        others,
        now.preferences?.show_content ?? false,
        (n) => router.buildLocation(target(n)).href,
        now.openNotice,
      );
    };
    const refresh = () => void queryClient.invalidateQueries({ queryKey: ['notifications'] });
    notices.add(hear);
    onConnected.add(refresh);
    return () => {
      stopWorker();
      notices.delete(hear);
      onConnected.delete(refresh);
    };
  }, [hidden, router]);
  const some = count > 0;
  useEffect(() => {
    if (hidden || !contactId || !some) return;
    const read = () => {
      if (document.hasFocus()) readContact(contactId);
    };
    // What the contact said comes first.
    const soon = window.setTimeout(read, 250);
    window.addEventListener('focus', read);
    return () => {
      clearTimeout(soon);
      window.removeEventListener('focus', read);
    };
  }, [hidden, contactId, some]);
  return null;
}

function readContact(id: string) {
  post('/contacts/{id}/notifications/read', { params: { id } }).catch(() => {}); // the next look does it
}
