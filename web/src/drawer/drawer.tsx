import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { patch } from '../api/http';
import { queryClient, useMay, usersQuery } from '../api/queries';
import type { Contact, ContactInput } from '../api/types';
import { formatPhone } from '../format/phone';
import { dateOf, fullTime, momentOf, rowTime } from '../format/time';
import { useNow } from '../format/use-now';
import { isTextField } from '../frame/shortcuts';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { applyContact } from '../realtime/apply';
import { Avatar } from '../ui/avatar';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { countryChoices, languageChoices } from './country-names';
import { CustomFields } from './custom-fields';
import { Duplicates } from './duplicates';
import { EditableField } from './editable-field';
import { History } from './history';
import { Tags } from './tags';

/** Who the open contact is. Beside the console, or over it where there is no room. */
function Drawer({
  contact,
  overlay,
  tags,
  onClose,
}: {
  contact: Contact;
  overlay: boolean;
  /** Set where it was opened to add a tag. */
  tags: RefObject<boolean>;
  onClose: () => void;
}) {
  const box = useRef<HTMLElement>(null);
  // Over the console it takes the focus and gives it back when it closes.
  useEffect(() => {
    if (!overlay) return;
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [overlay]);
  const onKeyDown = (e: KeyboardEvent) => {
    // What is open within closes by itself, and then it is the drawer's turn.
    if (e.defaultPrevented) return;
    if (e.key === 'Escape' || (e.key === ']' && !isTextField(e.target))) {
      e.preventDefault();
      onClose();
    }
    if (e.key === 'Tab') stayWithin(box.current!, e);
  };
  const panel = (
    <aside
      ref={box}
      tabIndex={-1}
      aria-label={t.contactDetails}
      {...(overlay && { role: 'dialog', 'aria-modal': true, onKeyDown })}
      className={`flex w-[304px] max-w-full shrink-0 flex-col overflow-y-auto border-l border-line bg-surface px-[18px] pb-6 outline-none ${overlay ? 'absolute inset-y-0 right-0 z-40 shadow-float max-md:w-full' : ''}`}
    >
      <DrawerContent contact={contact} overlay={overlay} tags={tags} onClose={onClose} />
    </aside>
  );
  if (!overlay) return panel;
  return (
    <div className="fixed inset-0 z-40">
      <button
        type="button"
        tabIndex={-1}
        aria-label={t.close}
        className="absolute inset-0 bg-scrim"
        onClick={onClose}
      />
      {panel}
    </div>
  );
}

/** Leads the focus from the last control to the first, and back. */
function stayWithin(box: HTMLElement, e: KeyboardEvent) {
  const all = [
    ...box.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, [tabindex="0"]',
    ),
  ].filter((el) => !el.matches(':disabled') && el.checkVisibility());
  const [first, last] = [all[0], all.at(-1)];
  const from = document.activeElement;
  const leaves = e.shiftKey ? from === first || from === box : from === last;
  if (!leaves) return;
  e.preventDefault();
  (e.shiftKey ? last : first)?.focus();
}

// Unchanged while another contact's conversation is being drawn.
export default memo(Drawer);

function DrawerContent({
  contact,
  overlay,
  tags,
  onClose,
}: {
  contact: Contact;
  overlay: boolean;
  tags: RefObject<boolean>;
  onClose: () => void;
}) {
  const x = extraTexts.text;
  const mayEdit = useMay('contacts.edit');
  const { data: users } = useQuery(usersQuery);
  const assignee = users?.find((u) => u.id === contact.assignee_id);
  const save = (field: keyof ContactInput) => async (value: string) => {
    const next = await patch('/contacts/{id}', {
      params: { id: contact.id },
      body: { [field]: value },
    });
    applyContact(next);
    void queryClient.invalidateQueries({ queryKey: ['contact', contact.id] });
  };
  const name = (code: string, type: 'region' | 'language') => {
    if (!code) return '';
    const list = type === 'region' ? countryChoices(code) : languageChoices(code);
    return list.find((c) => c.value === code)?.label ?? code;
  };
  const field = { readOnly: !mayEdit };
  return (
    <>
      <div className="flex items-start justify-between pt-[18px]">
        <Avatar who={contact} size={56} />
        <button
          type="button"
          className="btn-icon -mt-1.5 -mr-2"
          aria-label={t.hideDetails}
          {...tip(t.hideDetails, ']')}
          onClick={onClose}
        >
          <Icon name={overlay ? 'close' : 'panel'} />
        </button>
      </div>
      <h2 className="mt-2.5 text-16 leading-[22px] font-semibold [overflow-wrap:anywhere]">
        {formatPhone(contact.name)}
      </h2>
      <p className="text-13 text-muted">
        {x.contactSince} {dateOf(contact.created_at)}
      </p>
      <Duplicates contact={contact} />
      <Section title={x.details}>
        <EditableField
          label={x.firstName}
          value={contact.first_name}
          required
          {...field}
          onSave={save('first_name')}
        />
        <EditableField
          label={x.lastName}
          value={contact.last_name}
          {...field}
          onSave={save('last_name')}
        />
        <EditableField
          label={x.phone}
          type="tel"
          value={contact.phone}
          shown={formatPhone(contact.phone)}
          placeholder="+593…"
          {...field}
          onSave={save('phone')}
        />
        <EditableField
          label={x.email}
          type="email"
          value={contact.email}
          {...field}
          onSave={save('email')}
        />
        <EditableField
          label={x.country}
          value={contact.country}
          shown={name(contact.country, 'region')}
          choices={() => countryChoices(contact.country)}
          {...field}
          onSave={save('country')}
        />
        <EditableField
          label={x.language}
          value={contact.language}
          shown={name(contact.language, 'language')}
          choices={() => languageChoices(contact.language)}
          {...field}
          onSave={save('language')}
        />
      </Section>
      <CustomFields contact={contact} readOnly={!mayEdit} />
      <Section title={x.tags}>
        <Tags contact={contact} readOnly={!mayEdit} wanted={tags} />
      </Section>
      <Section title={x.channels}>
        <Channels contact={contact} />
      </Section>
      <Section title={x.conversation}>
        <dl className="grid grid-cols-[92px_1fr] gap-x-2 gap-y-2 text-13">
          <Fact name={x.status} value={contact.blocked ? t.blocked : t.statusOf[contact.status]} />
          <Fact
            name={x.since}
            value={momentOf(contact.conversation?.opened_at ?? contact.status_since)}
            title={fullTime(contact.conversation?.opened_at ?? contact.status_since)}
          />
          <Fact name={x.assignee} value={assignee?.name ?? t.unassigned} />
          {contact.last_incoming_at && (
            <Fact
              name={x.lastIncoming}
              value={momentOf(contact.last_incoming_at)}
              title={fullTime(contact.last_incoming_at)}
            />
          )}
          <Fact name={x.contactId} value={contact.id} />
        </dl>
      </Section>
      <History contact={contact} onGo={overlay ? onClose : () => {}} />
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-5">
      <h3 className="eyebrow mb-1.5">{title}</h3>
      {children}
    </section>
  );
}

function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]" {...(title && tip(title))}>
        {value}
      </dd>
    </>
  );
}

function Channels({ contact }: { contact: Contact }) {
  const x = extraTexts.text;
  const now = useNow();
  if (contact.identities.length === 0) return <p className="text-13 text-muted">{x.noChannels}</p>;
  return (
    <ul className="grid grid-cols-1 gap-2.5">
      {contact.identities.map((i) => {
        const closes = i.window_closes_at;
        const open = closes && Date.parse(closes) > now;
        return (
          <li key={i.id} className="flex items-start gap-2.5 text-13">
            <span className="pt-0.5">
              <ChannelGlyph type={i.channel_type} />
            </span>
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{i.channel_name}</p>
              {/* A visitor's key says nothing to people. */}
              {(i.label || i.channel_type !== 'webchat') && (
                <p className="truncate text-12 text-muted">{formatPhone(i.label || i.key)}</p>
              )}
              {!i.reachable ? (
                <p className="text-12 text-amber-ink">{x.mustWriteFirst}</p>
              ) : !i.used ? (
                <p className="text-12 text-muted">{x.notUsedYet}</p>
              ) : closes ? (
                <p className={`text-12 ${open ? 'text-green' : 'text-amber-ink'}`}>
                  {open ? x.windowUntil(momentOf(closes)) : x.windowClosed}
                </p>
              ) : null}
            </div>
            {i.last_message_at && (
              <time
                dateTime={i.last_message_at}
                {...tip(x.lastActivity(fullTime(i.last_message_at)))}
                className="text-12 text-faint"
              >
                {rowTime(i.last_message_at, now)}
              </time>
            )}
          </li>
        );
      })}
    </ul>
  );
}
