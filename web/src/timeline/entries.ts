import type { Message, Scheduled, TimelineEvent, TimelineItem } from '../api/types';
import { dayNumber } from '../format/time';

export type Entry =
  | { type: 'day'; key: string; at: string }
  | { type: 'unread'; key: string }
  | { type: 'event'; key: string; event: TimelineEvent }
  | { type: 'scheduled'; key: string; scheduled: Scheduled }
  | {
      type: 'message';
      key: string;
      message: Message;
      /** First and last of a run by the same sender. */
      first: boolean;
      last: boolean;
    };

const runGap = 5 * 60_000;

/** What the timeline draws: items with day separators, the unread line and runs by sender. */
export function entriesOf(items: TimelineItem[], unreadFrom: string | null): Entry[] {
  const entries: Entry[] = [];
  let day = Number.NaN;
  let previous: (Entry & { type: 'message' }) | null = null;
  for (const item of mergeAlbums(items)) {
    const itsDay = dayNumber(item.at);
    // What has waited here since an earlier day stands at the end all the same.
    if (!(itsDay <= day)) {
      day = itsDay;
      entries.push({ type: 'day', key: `day:${itsDay}`, at: item.at });
      previous = null;
    }
    if (item.id === unreadFrom) {
      entries.push({ type: 'unread', key: 'unread' });
      previous = null;
    }
    if (item.item === 'event') {
      entries.push({ type: 'event', key: item.id, event: item });
      previous = null;
      continue;
    }
    const joined: boolean = previous !== null && sameRun(previous.message, item);
    if (previous && joined) previous.last = false;
    const entry: Entry & { type: 'message' } = {
      type: 'message',
      // The same before and after the server confirms, so nothing is measured twice.
      key: item.client_ref || item.id,
      message: item,
      first: !joined,
      last: true,
    };
    entries.push(entry);
    previous = entry;
  }
  return entries;
}

function sameRun(a: Message, b: Message) {
  return (
    a.direction === b.direction &&
    a.source === b.source &&
    a.sender_name === b.sender_name &&
    a.channel_id === b.channel_id &&
    Date.parse(b.at) - Date.parse(a.at) < runGap
  );
}

/** Pictures that the contact sent together come as messages of their own; they are shown as one grid. */
function mergeAlbums(items: TimelineItem[]): TimelineItem[] {
  const out: TimelineItem[] = [];
  for (const item of items) {
    const last = out.at(-1);
    if (
      item.item === 'message' &&
      last?.item === 'message' &&
      item.content.album &&
      item.content.album === last.content.album &&
      item.direction === last.direction &&
      !item.deleted_at &&
      !last.deleted_at
    ) {
      out[out.length - 1] = {
        ...last,
        content: {
          ...last.content,
          text: [last.content.text, item.content.text].filter(Boolean).join('\n') || undefined,
          attachments: [...(last.content.attachments ?? []), ...(item.content.attachments ?? [])],
        },
        reactions: [...last.reactions, ...item.reactions],
      };
    } else out.push(item);
  }
  return out;
}

/** Where the "new" line goes: before the nth incoming message from the end. */
export function firstUnread(items: TimelineItem[], unread: number): string | null {
  if (unread <= 0) return null;
  let left = unread;
  let found: string | null = null;
  for (const item of items.toReversed()) {
    if (item.item !== 'message' || item.direction !== 'incoming') continue;
    found = item.id;
    if (--left === 0) break;
  }
  return found;
}
