import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/http';
import { contactQuery, useMe } from '../api/queries';
import type { Contact, Message } from '../api/types';
import { Composer } from '../composer/composer';
import { keep, keptOf } from '../composer/kept';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { setPrefs, usePrefs } from '../ui/prefs';
import { EmptyState, ErrorState } from '../ui/states';
import { useExtraWide } from '../ui/use-media';
import { ConsoleHeader } from './console-header';
import { consoleTexts } from './console-texts';
import { keepContact } from './kept-contacts';
import { Timeline } from './timeline';
import { TimelineSkeleton } from './timeline-skeleton';
import { useMarkRead } from './use-mark-read';

const Drawer = lazyWithTexts(() => import('../drawer/drawer'));

/** The open contact: header, timeline, composer and the drawer beside them. */
export default function Console() {
  const { contactId } = useParams({ from: '/app/inbox/$inbox/$contactId' });
  const { data: contact, error, refetch } = useQuery(contactQuery(contactId));
  const prefs = usePrefs();
  const wide = useExtraWide();
  // Where the drawer covers the console it opens only when asked for.
  const [covered, setCovered] = useState('');
  const drawer = wide ? prefs.drawer : covered === contactId;
  const setDrawer = (open: boolean) =>
    wide ? setPrefs({ drawer: open }) : setCovered(open ? contactId : '');
  // The same for every contact: the drawer of the one before isn't drawn again.
  const closeDrawer = useCallback(
    () => (wide ? setPrefs({ drawer: false }) : setCovered('')),
    [wide],
  );
  const wantTags = useRef(false);
  useShortcuts({
    ']': () => setDrawer(!drawer),
    // Where the details are closed they come with the field that this key is for.
    t: () => {
      wantTags.current = true;
      setDrawer(true);
    },
  });
  // The conversation is what is waited for: who it is with follows a moment later.
  const shown = useDeferredValue(contact);
  const place = wide && (
    <div aria-busy className="w-[304px] shrink-0 border-l border-line bg-surface" />
  );
  return (
    <>
      {contact ? (
        <OpenContact
          key={contact.id}
          contact={contact}
          drawer={drawer}
          onDrawer={() => setDrawer(!drawer)}
        />
      ) : (
        <NoContact error={error} onRetry={() => void refetch()} />
      )}
      {drawer &&
        !error &&
        (contact && shown ? (
          // The place is kept while it loads, so the console doesn't jump.
          <Suspense fallback={place}>
            <Drawer
              key={shown.id}
              contact={shown}
              overlay={!wide}
              tags={wantTags}
              onClose={closeDrawer}
            />
          </Suspense>
        ) : (
          place
        ))}
    </>
  );
}

/** What stands where the open contact will, or would if it could be shown. */
function NoContact({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <main className="flex min-w-0 flex-1 flex-col bg-bg">
      <h1 className="sr-only">{consoleTexts.text.conversation}</h1>
      {gone ? (
        <EmptyState icon="user" title={consoleTexts.text.contactGone}>
          <BackToInbox />
        </EmptyState>
      ) : error ? (
        <ErrorState error={error} title={consoleTexts.text.contactFailed} onRetry={onRetry} />
      ) : (
        <>
          <div className="late flex h-[60px] items-center gap-3 border-b border-line bg-surface px-4">
            <div className="skeleton size-9 rounded-full!" />
            <div className="skeleton h-4 w-40" />
          </div>
          <TimelineSkeleton />
        </>
      )}
    </main>
  );
}

function BackToInbox() {
  const navigate = useNavigate();
  return (
    <button type="button" className="btn" onClick={() => void navigate({ to: '/' })}>
      {t.goToInbox}
    </button>
  );
}

function OpenContact({
  contact,
  drawer,
  onDrawer,
}: {
  contact: Contact;
  drawer: boolean;
  onDrawer: () => void;
}) {
  const { m } = useSearch({ from: '/app/inbox/$inbox/$contactId' });
  const me = useMe().user.id;
  const [replyTo, setReply] = useState(() => keptOf(contact.id, me).replyTo);
  const setReplyTo = useCallback(
    (message: Message | null) => {
      keep(contact.id, me, { replyTo: message });
      setReply(message);
    },
    [contact.id, me],
  );
  const markUnread = useMarkRead(contact);
  useEffect(() => keepContact(contact.id), [contact.id]);
  useShortcuts({ u: markUnread });
  return (
    <main
      aria-label={consoleTexts.text.conversation}
      className="relative flex min-w-0 flex-1 flex-col bg-bg"
    >
      <ConsoleHeader
        contact={contact}
        drawer={drawer}
        onDrawer={onDrawer}
        onMarkUnread={markUnread}
      />
      <Timeline key={m ?? 'latest'} contact={contact} around={m} onReply={setReplyTo} />
      <Composer contact={contact} replyTo={replyTo} onReplyTo={setReplyTo} />
    </main>
  );
}
