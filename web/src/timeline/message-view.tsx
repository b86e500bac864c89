import { memo } from 'react';
import type { Contact, Message } from '../api/types';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { consoleTexts } from './console-texts';
import { FailureNote } from './failure-note';
import { MessageActions } from './message-actions';
import { MessageBody } from './message-body';
import { MessageFooter } from './message-footer';
import { ReplyQuote } from './reply-quote';

export const MessageView = memo(function MessageView({
  message,
  first,
  last,
  contact,
  marked,
  onReply,
  onGoTo,
}: {
  message: Message;
  first: boolean;
  last: boolean;
  contact: Contact;
  marked: boolean;
  onReply: (message: Message) => void;
  onGoTo: (id: string) => void;
}) {
  const incoming = message.direction === 'incoming';
  const comment = message.direction === 'comment';
  const bare = message.content.kind === 'sticker' && !message.deleted_at && !message.reply_to;
  const look = bare
    ? ''
    : comment
      ? 'border border-amber-line bg-amber text-amber-ink'
      : incoming
        ? 'border border-line bg-surface'
        : 'border border-tint-line bg-tint';
  const corner = last ? (incoming ? 'rounded-bl-[5px]' : 'rounded-br-[5px]') : '';
  return (
    <article
      data-message={message.id}
      aria-label={
        incoming
          ? contact.name
          : comment
            ? `${t.comment}: ${message.sender_name}`
            : message.sender_name || t.sources[message.source]
      }
      className={`group/message flex items-end gap-1 ${first ? 'pt-2.5' : 'pt-[3px]'} ${incoming ? '' : 'flex-row-reverse'}`}
    >
      <div
        className={`flex max-w-[min(560px,86%)] min-w-0 flex-col md:max-w-[min(560px,78%)] ${incoming ? 'items-start' : 'items-end'}`}
      >
        <div
          className={`relative max-w-full min-w-0 rounded-14 ${bare ? '' : 'px-3 py-2'} ${look} ${corner} ${marked ? 'outline-2 outline-offset-2 outline-accent' : ''}`}
        >
          {message.content.forwarded && (
            <p className="mb-0.5 flex items-center gap-1 text-12 text-muted italic">
              <Icon name="forward" size={14} />
              {consoleTexts.text.forwarded}
            </p>
          )}
          {message.reply_to && (
            <ReplyQuote quote={message.reply_to} contact={contact} onGoTo={onGoTo} />
          )}
          {message.deleted_at ? (
            <p className="flex items-center gap-1.5 text-muted italic">
              <Icon name="trash" size={15} />
              {consoleTexts.text.deletedByContact}
            </p>
          ) : (
            <MessageBody message={message} contact={contact} />
          )}
          <MessageFooter message={message} />
        </div>
        {message.reactions.length > 0 && <Reactions message={message} />}
        {(message.status === 'failed' || message.status === 'uncertain') && (
          <FailureNote message={message} />
        )}
      </div>
      {!message.deleted_at && !message.id.startsWith('pending:') && (
        <MessageActions message={message} contact={contact} onReply={onReply} />
      )}
    </article>
  );
});

function Reactions({ message }: { message: Message }) {
  return (
    <ul className="pointer-events-none relative z-[1] -mt-1.5 mb-0.5 flex gap-1 px-2">
      {message.reactions.map((r) => (
        <li
          key={r.by + r.emoji}
          className={`rounded-full border bg-surface px-1.5 text-13 ${r.by === 'us' ? 'border-tint-line' : 'border-line'}`}
        >
          <span aria-hidden="true">{r.emoji}</span>
          <span className="sr-only">
            {consoleTexts.text.reactionBy[r.by]}: {r.emoji}
          </span>
        </li>
      ))}
    </ul>
  );
}
