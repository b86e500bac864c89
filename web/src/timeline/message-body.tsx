import { Suspense } from 'react';
import type { Contact, Message } from '../api/types';
import { t } from '../i18n';
import { lazyPart } from '../parts';
import { Icon } from '../ui/icon';
import { Attachments } from './attachments';
import { consoleTexts } from './console-texts';
import { RichText } from './rich-text';

// Cards that most conversations never show.
const Card = lazyPart(() => import('./cards'));

const carded = new Set([
  'location',
  'contacts',
  'form',
  'order',
  'interactive',
  'template',
  'reply',
]);

/** What a message says, for every kind of content. */
export function MessageBody({ message, contact }: { message: Message; contact: Contact }) {
  const { content } = message;
  const kind = content.kind;
  if (kind === 'unsupported' || kind === 'system')
    return (
      <div className="flex items-start gap-2 text-muted">
        <Icon name={kind === 'system' ? 'bolt' : 'file'} size={16} className="mt-0.5" />
        <div>
          <p>
            {content.text ||
              (kind === 'unsupported' ? consoleTexts.text.unsupported : t.kinds.system)}
          </p>
          {content.note && <p className="text-12 text-faint">{content.note}</p>}
        </div>
      </div>
    );
  const attachments = content.attachments ?? [];
  return (
    <div className="grid min-w-0 grid-cols-1 gap-1.5">
      {content.product?.product_id && (
        <p className="flex items-center gap-1.5 text-12 text-muted">
          <Icon name="tag" size={14} />
          {consoleTexts.text.product(content.product.product_id)}
        </p>
      )}
      {attachments.length > 0 && (
        <Attachments attachments={attachments} sender={message.sender_name || contact.name} />
      )}
      {carded.has(kind) ? (
        <Suspense
          fallback={content.text ? <RichText text={content.text} /> : <span className="h-9" />}
        >
          <Card content={content} />
        </Suspense>
      ) : (
        content.text && <RichText text={content.text} mentions={content.mentions} />
      )}
    </div>
  );
}
