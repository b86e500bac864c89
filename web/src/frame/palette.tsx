import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { get, patch, post } from '../api/http';
import { useMay, useMe } from '../api/queries';
import type { Theme } from '../api/types';
import { adoptMe } from '../auth/session';
import { snippetsQuery } from '../composer/queries';
import { composers } from '../composer/restore';
import { customDialog } from '../custom-inbox/drafts';
import { formatPhone } from '../format/phone';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { useInboxEntries } from '../inbox/inbox-entries';
import { settingsPages } from '../settings/pages';
import { Avatar } from '../ui/avatar';
import { Dialog } from '../ui/dialog';
import { Icon, type IconName } from '../ui/icon';
import { lastInbox } from '../ui/prefs';
import { toastError } from '../ui/toast';
import { frameDialog } from './dialogs';
import { acts, press } from './shortcuts';

interface Command {
  id: string;
  group: string;
  label: string;
  lead: ReactNode;
  hint?: string;
  run: () => void;
}

/** Ctrl K: contacts, inboxes, settings and actions in one list. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [q, setQ] = useState('');
  const [cursor, setCursor] = useState(0);
  const id = useId();
  const x = extraTexts.text;
  const commands = [...useContactCommands(q), ...useOwnCommands(q), ...useSnippetCommands(q)];
  const at = Math.min(cursor, Math.max(0, commands.length - 1));
  // The cursor's element must be in view.
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at, id, commands.length]);
  const run = (c: Command | undefined) => {
    if (!c) return;
    onClose();
    c.run();
  };
  return (
    <Dialog title={t.palette} hideTitle onClose={onClose} width={560}>
      <div className="relative border-b border-line">
        <Icon name="search" className="absolute top-[15px] left-4 text-faint" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={commands.length ? `${id}-${at}` : undefined}
          aria-label={t.palette}
          placeholder={x.palettePlaceholder}
          autoComplete="off"
          className="h-12 w-full bg-transparent pr-4 pl-11 text-[15px] outline-none"
          value={q}
          onChange={(e) => {
            setQ(e.target.value);
            setCursor(0);
          }}
          onKeyDown={(e) => {
            if (e.key === 'ArrowDown') setCursor(Math.min(commands.length - 1, at + 1));
            else if (e.key === 'ArrowUp') setCursor(Math.max(0, at - 1));
            else if (e.key === 'Enter') run(commands[at]);
            else return;
            e.preventDefault();
          }}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t.palette}
        className="max-h-[420px] min-h-24 overflow-y-auto p-1.5"
      >
        {commands.map((c, i) => (
          <div key={c.id} role="presentation">
            {c.group !== commands[i - 1]?.group && (
              <div role="presentation" className="eyebrow px-2.5 pt-2 pb-1">
                {c.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys */}
            <div
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === at}
              className="menu-item min-h-9 gap-3 px-2.5"
              onPointerMove={() => setCursor(i)}
              onClick={() => run(c)}
            >
              {c.lead}
              <span className="min-w-0 flex-1 truncate">{c.label}</span>
              {c.hint && <span className="truncate text-12 text-faint">{c.hint}</span>}
            </div>
          </div>
        ))}
      </div>
      {commands.length === 0 && (
        <p role="status" className="-mt-24 px-4 py-9 text-center text-13 text-muted">
          {x.paletteEmpty}
        </p>
      )}
    </Dialog>
  );
}

function useContactCommands(q: string): Command[] {
  const me = useMe();
  const navigate = useNavigate();
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(q.trim()), 120);
    return () => clearTimeout(timer);
  }, [q]);
  const { data } = useQuery({
    queryKey: ['palette', asked],
    queryFn: ({ signal }) => get('/contacts', { query: { search: asked, limit: 6 }, signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
  if (!q.trim()) return [];
  const inbox = lastInbox(me.user);
  return (data?.items ?? []).map((row) => ({
    id: `contact-${row.id}`,
    group: extraTexts.text.contacts,
    label: formatPhone(row.name),
    lead: <Avatar who={row} size={24} />,
    hint: row.last_message?.text.slice(0, 40),
    run: () =>
      void navigate({
        to: '/inbox/$inbox/$contactId',
        params: { inbox, contactId: row.id },
        search: {},
      }),
  }));
}

/** What can be done in the open conversation, by the keys that do it. */
const conversationKeys = [
  ['r', 'keyReply', 'messages'],
  ['c', 'keyComment', 'lock'],
  ['a', 'keyAssign', 'user'],
  ['e', 'keyClose', 'check'],
  ['Shift+E', 'keyCloseNote', 'check'],
  ['z', 'keySnooze', 'clock'],
  ['t', 'keyTag', 'tag'],
  ['u', 'keyUnread', 'messages'],
] as const;

/** Snippets, into the message that is being written. */
function useSnippetCommands(q: string): Command[] {
  const x = extraTexts.text;
  const { contactId } = useParams({ strict: false });
  const search = q.trim();
  const { data } = useQuery({
    ...snippetsQuery(search),
    enabled: Boolean(contactId) && search.length > 1,
    placeholderData: keepPreviousData,
  });
  if (!contactId || search.length < 2) return [];
  return (data ?? []).slice(0, 5).map((s) => ({
    id: `snippet-${s.id}`,
    group: x.snippets,
    label: s.name,
    hint: s.text.slice(0, 60),
    lead: <Icon name="bolt" className="mx-[3px] text-muted" />,
    run: () => {
      // Of a copy: each leaves and comes again with what it shows then.
      for (const composer of [...composers]) composer.insert(contactId, s);
      post('/snippets/{id}/use', { params: { id: s.id } }).catch(() => {});
    },
  }));
}

function useOwnCommands(q: string): Command[] {
  const x = extraTexts.text;
  const me = useMe();
  const navigate = useNavigate();
  const mayAdd = useMay('contacts.edit');
  const inboxes = useInboxEntries();
  const icon = (name: IconName) => <Icon name={name} className="mx-[3px] text-muted" />;
  const setTheme = (theme: Theme) => {
    void adoptMe({ ...me, user: { ...me.user, theme } });
    patch('/me', { body: { theme } }).then(adoptMe, toastError);
  };
  const all: Command[] = [
    {
      id: 'dashboard',
      group: x.goTo,
      label: t.dashboard,
      lead: icon('dashboard'),
      hint: 'g d',
      run: () => void navigate({ to: '/dashboard' }),
    },
    ...inboxes.map((e) => ({
      id: `inbox-${e.id}`,
      group: x.goTo,
      label: `${t.messages}: ${e.label}`,
      lead: icon(e.icon),
      run: () => void navigate({ to: '/inbox/$inbox', params: { inbox: e.id }, search: {} }),
    })),
    ...settingsPages(me.permissions).map((p) => ({
      id: p.to,
      group: x.goTo,
      label: `${t.settings}: ${p.label(t)}`,
      lead: icon(p.icon),
      run: () => void navigate({ to: p.to }),
    })),
    ...conversationKeys.flatMap(([key, word, name]) =>
      acts(key)
        ? {
            id: `key-${key}`,
            group: x.actions,
            label: x[word],
            lead: icon(name),
            hint: key.replace('Shift+', 'Shift '),
            // The palette is gone then, and what opens has the focus.
            run: () => void requestAnimationFrame(() => press(key)),
          }
        : [],
    ),
    {
      id: 'new-inbox',
      group: x.actions,
      label: t.newInbox,
      lead: icon('filter'),
      run: () => customDialog.set({ kind: 'new' }),
    },
    ...(mayAdd
      ? [
          {
            id: 'add',
            group: x.actions,
            label: t.addContact,
            lead: icon('userPlus'),
            run: () => frameDialog.set('add-contact'),
          },
        ]
      : []),
    {
      id: 'keys',
      group: x.actions,
      label: t.shortcuts,
      lead: icon('key'),
      hint: '?',
      run: () => frameDialog.set('shortcuts'),
    },
    ...(
      [
        ['light', t.themeLight, 'sun'],
        ['dark', t.themeDark, 'moon'],
        ['system', t.themeSystem, 'monitor'],
      ] as const
    ).map(([theme, label, name]) => ({
      id: theme,
      group: x.actions,
      label: x.themeAction(label),
      lead: icon(name),
      run: () => setTheme(theme),
    })),
  ];
  const words = plain(q.trim()).split(/\s+/);
  return all.filter((c) => words.every((w) => plain(c.label).includes(w)));
}
