import { useQuery } from '@tanstack/react-query';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import { channelsQuery } from '../api/queries';
import type { Message } from '../api/types';
import { clock, fullTime } from '../format/time';
import { t } from '../i18n';
import { useConnection } from '../realtime/connection';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { place } from '../ui/tooltip';
import { consoleTexts } from './console-texts';
import { eventTexts } from './event-texts';
import { authorOf, senderOf } from './sender';
import { StatusTicks } from './status-ticks';

/** Time and ticks; pointing or focusing tells the rest. */
export function MessageFooter({ message }: { message: Message }) {
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const id = useId();
  const timer = useRef(0);
  const comment = message.direction === 'comment';
  const outgoing = message.direction === 'outgoing';
  const show = (el: HTMLElement, delay: number) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setAnchor(el.getBoundingClientRect()), delay);
  };
  const hide = () => {
    clearTimeout(timer.current);
    timer.current = 0;
    setAnchor(null);
  };
  const name =
    message.direction === 'incoming'
      ? ''
      : message.source === 'user'
        ? message.sender_name.split(' ')[0]
        : t.sources[message.source];
  return (
    <footer className={`-mb-2 flex justify-end ${comment ? 'text-amber-ink' : 'text-muted'}`}>
      <button
        type="button"
        aria-describedby={anchor ? id : undefined}
        className="-mr-1 flex min-h-6 items-center gap-1 rounded-6 px-1 text-11 leading-none"
        // Only a pointer that moves asks; a message that slides below a resting one doesn't.
        onPointerMove={(e) =>
          e.pointerType === 'mouse' && !timer.current && show(e.currentTarget, 300)
        }
        onPointerLeave={hide}
        onFocus={(e) => e.currentTarget.matches(':focus-visible') && show(e.currentTarget, 100)}
        onBlur={hide}
        onClick={(e) => show(e.currentTarget, 0)}
        onKeyDown={(e) => {
          if (e.key !== 'Escape' || !anchor) return;
          // This Escape has done its work; the conversation stays open.
          e.preventDefault();
          hide();
        }}
      >
        <span className="sr-only">{consoleTexts.text.messageDetails}: </span>
        {comment && <Icon name="lock" size={12} strokeWidth={2} />}
        {message.edited_at && <span>{consoleTexts.text.edited} ·</span>}
        {comment && <span>{t.comment} ·</span>}
        {name && <span className="max-w-40 truncate">{name} ·</span>}
        <time dateTime={message.at}>{clock(message.at)}</time>
        {outgoing && <StatusTicks status={message.status} />}
        {outgoing && message.status && (
          <span className="sr-only">, {t.messageStatus[message.status]}</span>
        )}
      </button>
      {anchor && <Details id={id} message={message} anchor={anchor} />}
    </footer>
  );
}

function Details({ id, message, anchor }: { id: string; message: Message; anchor: DOMRect }) {
  const box = useRef<HTMLDivElement>(null);
  const connection = useConnection();
  const { data: channels } = useQuery(channelsQuery);
  const channel = channels?.find((c) => c.id === message.channel_id);
  useLayoutEffect(() => {
    if (box.current) place(box.current, anchor, 4);
  }, [anchor]);
  const incoming = message.direction === 'incoming';
  const [category, sender] = senderOf(message, channel?.type);
  const pending = message.id.startsWith('pending:');
  const times = (['sent', 'delivered', 'read', 'failed'] as const).flatMap((s) =>
    message.status_times[s] ? [[t.messageStatus[s], message.status_times[s]] as const] : [],
  );
  return (
    <div
      ref={box}
      id={id}
      role="tooltip"
      className="pointer-events-none fixed z-[65] w-max max-w-80 rounded-10 bg-surface p-3 text-12 text-text shadow-float"
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-muted">{consoleTexts.text.sender}</dt>
        <dd>
          <span className="font-medium">{sender}</span> · {category}
        </dd>
        {message.content.tag && (
          <>
            <FragmentRow
              name={eventTexts.text.tag}
              value={
                channel?.capabilities.tags.find((x) => x.value === message.content.tag)?.name ??
                message.content.tag
              }
            />
            <FragmentRow name={eventTexts.text.sentBy} value={authorOf(message)} />
          </>
        )}
        {channel && (
          <>
            <dt className="text-muted">{consoleTexts.text.channel}</dt>
            <dd className="flex items-center gap-1.5">
              <ChannelGlyph type={channel.type} />
              {channel.name}
            </dd>
          </>
        )}
        <dt className="text-muted">
          {incoming ? consoleTexts.text.received : consoleTexts.text.written}
        </dt>
        <dd>{fullTime(message.at)}</dd>
        {times.map(([name, at]) => (
          <FragmentRow key={name} name={name} value={fullTime(at)} />
        ))}
      </dl>
      {message.direction === 'outgoing' && times.length === 0 && message.status && (
        <p className="mt-2 border-t border-line pt-2 text-muted">
          {pending && connection !== 'connected'
            ? consoleTexts.text.waitingOffline
            : t.messageStatus[message.status]}
        </p>
      )}
    </div>
  );
}

function FragmentRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
