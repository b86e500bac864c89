import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Contact, Message } from '../api/types';
import { lazyHelp } from '../composer/texts';
import { dayLabel } from '../format/time';
import { useNow } from '../format/use-now';
import { contactTyping } from '../realtime/presence';
import { EmptyState, ErrorState } from '../ui/states';
import { useColleaguesHere } from './colleagues-here';
import { consoleTexts } from './console-texts';
import type { Entry } from './entries';
import { EventLine } from './event-line';
import { JumpToLatest } from './jump-to-latest';
import { LiveAnnouncer } from './live-announcer';
import { MessageView } from './message-view';
import { TimelineSkeleton } from './timeline-skeleton';
import { useArrivalCount, useTimeline } from './use-timeline';

const ScheduledView = lazyHelp(() => import('./scheduled-view'));

const estimates: Record<Entry['type'], number> = {
  day: 36,
  unread: 36,
  event: 36,
  message: 66,
  scheduled: 104,
};

interface TimelineProps {
  contact: Contact;
  around: string | undefined;
  onReply: (message: Message) => void;
}

/** What was said to and by a contact, and what happened meanwhile: the newest, or around a message. */
export function Timeline(props: TimelineProps) {
  const timeline = useTimeline(props.contact, props.around);
  const { query, items } = timeline;
  if (query.isPending) return <TimelineSkeleton />;
  if (query.isError && items.length === 0)
    return (
      <div className="flex min-h-0 flex-1">
        <ErrorState
          error={query.error}
          title={consoleTexts.text.timelineFailed}
          onRetry={() => void query.refetch()}
        />
      </div>
    );
  return <Entries {...props} {...timeline} />;
}

// How high the last one was: the next is as high, mostly, and is drawn at once as it will stand.
let height = 600;

function Entries({
  contact,
  around,
  onReply,
  query,
  items,
  entries,
}: TimelineProps & ReturnType<typeof useTimeline>) {
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(!around);
  const arrived = useArrivalCount(contact.id, atEnd);
  const [marked, setMarked] = useState(around);
  const typing = contactTyping.use(contact.id).length > 0;
  const writing = useColleaguesHere(contact.id).map((u) => u.name);

  // The first data decides where to stand: at the end, or at the linked message.
  const [settled, setSettled] = useState(false);
  const linked = () => (around ? entries.findIndex((e) => entryId(e) === around) : -1);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => estimates[entries[i]!.type],
    getItemKey: (i) => entries[i]!.key,
    anchorTo: 'end',
    // Following makes sense only at the live end, not while a linked page grows downwards.
    followOnAppend: !query.hasNextPage,
    scrollEndThreshold: 120,
    // What nobody sees yet comes once the rest is there.
    overscan: settled ? 8 : 1,
    paddingStart: 16,
    paddingEnd: 16,
    initialRect: { width: 0, height },
    initialOffset: () => {
      const index = linked();
      const above = index < 0 ? entries : entries.slice(0, index);
      const to = above.reduce((sum, e) => sum + estimates[e.type], 16);
      return Math.max(0, index < 0 ? to + 16 - height : to - height / 2);
    },
  });
  const rows = virtualizer.getVirtualItems();

  const placed = useRef(false);
  useLayoutEffect(() => {
    if (placed.current || entries.length === 0) return;
    placed.current = true;
    height = scroller.current?.clientHeight || height;
    // Pages are added only once it stands there: they would shift what it scrolls to.
    window.setTimeout(() => setSettled(true), 350);
    const index = linked();
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
    else virtualizer.scrollToEnd();
  });

  const { hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = query;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const firstShown = rows[0]?.index ?? 0;
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (!settled) return;
    if (hasPreviousPage && !isFetchingPreviousPage && firstShown < 12) void fetchPreviousPage();
  }, [settled, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage, firstShown]);
  useEffect(() => {
    if (!settled) return;
    if (hasNextPage && !isFetchingNextPage && lastShown > entries.length - 8) void fetchNextPage();
  }, [settled, hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, entries.length]);

  // A timeline that grows, as on a turned phone, may show its end without being scrolled;
  // at its end it stays there when what stands below it takes of its place.
  const stays = useRef(atEnd);
  stays.current = atEnd;
  useEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const seen = new ResizeObserver(() => {
      if (endsIn(el)) setAtEnd(!hasNextPage);
      if (stays.current) el.scrollTop = el.scrollHeight;
    });
    seen.observe(el);
    return () => seen.disconnect();
  }, [hasNextPage]);

  const goTo = (id: string) => {
    const index = entries.findIndex((e) => entryId(e) === id);
    if (index < 0) {
      // Not loaded: the address asks for the page around it.
      void navigate({ to: '.', search: (old: object) => ({ ...old, m: id }) });
      return;
    }
    virtualizer.scrollToIndex(index, { align: 'center' });
    setMarked(undefined);
    requestAnimationFrame(() => setMarked(id));
  };
  const toLatest = () => {
    if (around && hasNextPage)
      void navigate({ to: '.', search: (old: object) => ({ ...old, m: undefined }) });
    else virtualizer.scrollToEnd();
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions must be reachable by keyboard
        tabIndex={0}
        aria-label={consoleTexts.text.timeline}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain outline-offset-[-2px]! [overflow-anchor:none]"
        onScroll={(e) => setAtEnd(!hasNextPage && endsIn(e.currentTarget))}
      >
        {entries.length === 0 && (
          <div className="flex h-full">
            <EmptyState
              icon="messages"
              title={consoleTexts.text.noMessages}
              help={consoleTexts.text.noMessagesHelp}
            />
          </div>
        )}
        <div
          className="relative mx-auto w-full max-w-[760px]"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {rows.map((row) => {
            const entry = entries[row.index]!;
            return (
              <div
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 top-0 px-4 md:px-6"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <EntryView
                  entry={entry}
                  contact={contact}
                  marked={entryId(entry) === marked}
                  onReply={onReply}
                  onGoTo={goTo}
                />
              </div>
            );
          })}
        </div>
      </section>
      {writing.length > 0 && (
        // Said aloud by the header.
        <p
          aria-hidden="true"
          className="mx-auto w-full max-w-[760px] px-6 pb-1.5 text-12 text-amber-ink"
        >
          {writing.map((name) => consoleTexts.text.colleagueTyping(name)).join(' · ')}
        </p>
      )}
      {typing && (
        <p
          className="mx-auto w-full max-w-[760px] px-6 pb-1.5 text-12 text-muted"
          aria-live="polite"
        >
          {consoleTexts.text.typing(contact.name)}
        </p>
      )}
      {!atEnd && <JumpToLatest count={arrived} onClick={toLatest} />}
      <LiveAnnouncer contact={contact} items={items} />
    </div>
  );
}

const endsIn = (s: HTMLElement) => s.scrollHeight - s.scrollTop - s.clientHeight < 160;

const entryId = (e: Entry) =>
  e.type === 'message' ? e.message.id : e.type === 'event' ? e.event.id : '';

function EntryView({
  entry,
  contact,
  marked,
  onReply,
  onGoTo,
}: {
  entry: Entry;
  contact: Contact;
  marked: boolean;
  onReply: (message: Message) => void;
  onGoTo: (id: string) => void;
}) {
  switch (entry.type) {
    case 'day':
      return <DayLine at={entry.at} />;
    case 'unread':
      return (
        <div className="flex items-center gap-3 py-2.5 text-12 font-semibold text-red before:h-px before:flex-1 before:bg-red/35 after:h-px after:flex-1 after:bg-red/35">
          {consoleTexts.text.newDivider}
        </div>
      );
    case 'event':
      return <EventLine event={entry.event} />;
    case 'scheduled':
      return (
        <Suspense fallback={<div className="h-[104px]" />}>
          <ScheduledView scheduled={entry.scheduled} contact={contact} />
        </Suspense>
      );
    case 'message':
      return (
        <MessageView
          message={entry.message}
          first={entry.first}
          last={entry.last}
          contact={contact}
          marked={marked}
          onReply={onReply}
          onGoTo={onGoTo}
        />
      );
  }
}

function DayLine({ at }: { at: string }) {
  return (
    <h2 className="pt-2 pb-2.5 text-center text-12 font-medium text-faint">
      {dayLabel(at, useNow())}
    </h2>
  );
}
