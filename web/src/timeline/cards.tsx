import type { ReactNode } from 'react';
import type { Content } from '../api/types';
import { safeHref } from '../format/autolink';
import { formatPhone } from '../format/phone';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { consoleTexts } from './console-texts';
import { RichText } from './rich-text';

/** The kinds that aren't plain text or a file. */
export default function Card({ content }: { content: Content }) {
  switch (content.kind) {
    case 'location':
      return <LocationCard content={content} />;
    case 'contacts':
      return <SharedContacts content={content} />;
    case 'reply':
      return <Choice content={content} />;
    case 'form':
      return <Form content={content} />;
    case 'order':
      return <Order content={content} />;
    case 'interactive':
      return <Interactive content={content} />;
    case 'template':
      return <TemplateMessage content={content} />;
    default:
      return null;
  }
}

/** A drawing, not a map: no address is given to a map service until somebody clicks. */
function LocationCard({ content }: { content: Content }) {
  const at = content.location;
  if (!at) return null;
  const place = `${at.latitude.toFixed(5)}, ${at.longitude.toFixed(5)}`;
  const url =
    safeHref(at.url) ??
    `https://www.openstreetmap.org/?mlat=${at.latitude}&mlon=${at.longitude}#map=16/${at.latitude}/${at.longitude}`;
  return (
    <div className="-mx-1 w-[min(280px,66vw)] max-w-[calc(100%+8px)] overflow-hidden rounded-10 border border-line bg-surface text-text">
      <svg viewBox="0 0 280 96" className="block w-full bg-sunken" aria-hidden="true">
        <g fill="none" className="stroke-line" strokeWidth="9">
          <path d="M-10 70 90 44l60 22 140-40M60-10l34 120M190-10l26 120" />
        </g>
        <path d="M150 66l46 40h90V30z" className="fill-tint" />
        <circle cx="140" cy="50" r="15" className="fill-accent opacity-20" />
        <path
          d="M140 58s10-8.5 10-16.5a10 10 0 0 0-20 0c0 8 10 16.5 10 16.5z"
          className="fill-accent"
        />
        <circle cx="140" cy="41.5" r="3.5" className="fill-surface" />
      </svg>
      <div className="p-2.5">
        <p className="font-medium">{at.name || consoleTexts.text.sharedLocation}</p>
        <p className="text-12 text-muted">{at.address || place}</p>
        <a
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          className="mt-1 inline-flex min-h-6 items-center gap-1 text-13 font-medium text-accent"
        >
          {consoleTexts.text.openMap}
          <Icon name="external" size={14} />
        </a>
      </div>
    </div>
  );
}

function SharedContacts({ content }: { content: Content }) {
  return (
    <ul className="grid gap-1.5">
      {(content.contacts ?? []).map((c, i) => {
        const name =
          c.name ||
          [c.first_name, c.last_name].filter(Boolean).join(' ') ||
          consoleTexts.text.sharedContact;
        return (
          <li
            key={i}
            className="-mx-1 flex w-[min(280px,66vw)] items-start gap-2.5 rounded-10 border border-line bg-surface p-2.5 text-text"
          >
            <span className="inline-flex size-9 items-center justify-center rounded-full bg-tint text-accent">
              <Icon name="user" />
            </span>
            <div className="min-w-0 flex-1 text-13">
              <p className="truncate text-14 font-medium">{name}</p>
              {c.company && <p className="truncate text-muted">{c.company}</p>}
              {c.phones?.map((p) => (
                <a key={p} href={`tel:${p}`} className="block min-h-6 truncate text-accent">
                  {formatPhone(p)}
                </a>
              ))}
              {c.emails?.map((e) => (
                <a key={e} href={`mailto:${e}`} className="block min-h-6 truncate text-accent">
                  {e}
                </a>
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** What the contact chose, looking like the button or row it was. */
function Choice({ content }: { content: Content }) {
  const r = content.reply;
  return (
    <div>
      <p className="mb-1 flex items-center gap-1 text-12 text-muted">
        <Icon name={r?.type === 'list_reply' ? 'list' : 'check'} size={14} />
        {consoleTexts.text.chose}
      </p>
      <span className="inline-block rounded-[8px] border border-tint-line bg-tint px-2.5 py-1 text-text">
        <span className="font-medium">{r?.title || content.text || r?.payload}</span>
        {r?.description && <span className="block text-12 text-muted">{r.description}</span>}
      </span>
    </div>
  );
}

function Form({ content }: { content: Content }) {
  return (
    <div className="min-w-52">
      <p className="mb-1.5 flex items-center gap-1.5 font-medium">
        <Icon name="list" size={16} className="text-accent" />
        {content.form?.name || consoleTexts.text.answeredForm}
      </p>
      <dl className="grid gap-1.5">
        {content.form?.fields?.map((f) => (
          <div key={f.name}>
            <dt className="text-12 text-muted">{f.name}</dt>
            <dd className="[overflow-wrap:anywhere]">{f.value || '—'}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Order({ content }: { content: Content }) {
  const items = content.order?.items ?? [];
  const currency = items.find((i) => i.currency)?.currency;
  const money = (n: number) =>
    new Intl.NumberFormat(t.locale, currency ? { style: 'currency', currency } : {}).format(n);
  const total = items.reduce((sum, i) => sum + (i.price ?? 0) * i.quantity, 0);
  const count = items.reduce((sum, i) => sum + i.quantity, 0);
  return (
    <div className="w-[min(280px,66vw)]">
      <p className="mb-1.5 flex items-center gap-1.5 font-medium">
        <Icon name="cart" size={16} className="text-accent" />
        {consoleTexts.text.order(count)}
      </p>
      <ul className="border-y border-line">
        {items.map((i) => (
          <li key={i.product_id} className="flex gap-2 py-1 text-13">
            <span className="text-muted">{i.quantity} ×</span>
            <span className="min-w-0 flex-1 truncate">{i.product_id}</span>
            {i.price !== undefined && <span>{money(i.price * i.quantity)}</span>}
          </li>
        ))}
      </ul>
      {total > 0 && (
        <p className="mt-1 flex justify-between font-semibold">
          <span>{consoleTexts.text.orderTotal}</span>
          <span>{money(total)}</span>
        </p>
      )}
      {content.text && <RichText text={content.text} />}
    </div>
  );
}

function Interactive({ content }: { content: Content }) {
  const x = content.interactive;
  return (
    <div className="min-w-44">
      {x?.header && <p className="font-semibold">{x.header}</p>}
      {content.text && <RichText text={content.text} />}
      {x?.footer && <p className="mt-0.5 text-12 text-muted">{x.footer}</p>}
      {x?.buttons?.map((b) => (
        <Fake key={b.id}>{b.title}</Fake>
      ))}
      {x?.link && (
        <Fake>
          <Icon name="external" size={14} />
          {x.link.title}
        </Fake>
      )}
      {x?.sections && (
        <>
          <Fake>
            <Icon name="list" size={14} />
            {x.list_name}
          </Fake>
          <details className="mt-1 text-13">
            <summary className="min-h-6 text-12 text-muted">
              {consoleTexts.text.choices(x.sections.flatMap((s) => s.rows ?? []).length)}
            </summary>
            {x.sections.map((s, i) => (
              <div key={s.title ?? i}>
                {s.title && <p className="mt-1 text-12 font-semibold text-muted">{s.title}</p>}
                {s.rows?.map((r) => (
                  <p key={r.id} className="py-0.5">
                    {r.title}
                    {r.description && <span className="text-muted"> · {r.description}</span>}
                  </p>
                ))}
              </div>
            ))}
          </details>
        </>
      )}
    </div>
  );
}

/** A button as the customer saw it. It does nothing here, so it isn't one. */
function Fake({ children }: { children: ReactNode }) {
  return (
    <span className="mt-1.5 flex min-h-8 items-center justify-center gap-1.5 rounded-[8px] border border-tint-line bg-surface px-3 text-13 font-medium text-accent">
      {children}
    </span>
  );
}

function TemplateMessage({ content }: { content: Content }) {
  return (
    <div>
      {content.text && <RichText text={content.text} />}
      {content.interactive && <Interactive content={{ ...content, text: undefined }} />}
      <p className="mt-1 flex items-center gap-1 text-12 text-muted">
        <Icon name="template" size={14} />
        {consoleTexts.text.templateUsed(content.template?.name ?? '')}
      </p>
    </div>
  );
}
