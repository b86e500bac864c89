import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useMe } from '../api/queries';
import { CustomSection } from '../custom-inbox/section';
import { wholeNumber } from '../format/size';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { setPrefs } from '../ui/prefs';
import { tip } from '../ui/tooltip';
import { type InboxEntry, useInboxEntries } from './inbox-entries';
import { useListFilter } from './use-inbox-list';

/** The inboxes: beside the list, or over the page, where `onClose` takes them away again. */
export function Sidebar({ onClose }: { onClose?: () => void }) {
  const me = useMe();
  const nav = useRef<HTMLElement>(null);
  const { filter } = useListFilter();
  const entries = useInboxEntries();
  const [text, setText] = useState('');
  const search = text.trim().toLocaleLowerCase();
  const group = (kind: InboxEntry['kind']) =>
    entries.filter((e) => e.kind === kind && e.label.toLocaleLowerCase().includes(search));
  const list = (kind: InboxEntry['kind'], label?: string) => (
    <ul className="grid grid-cols-1 gap-px" aria-label={label}>
      {group(kind).map((e) => (
        <Entry key={e.id} entry={e} here={filter.inbox === e.id} />
      ))}
    </ul>
  );
  return (
    <nav
      ref={nav}
      aria-label={t.inboxes}
      className={`flex flex-col overflow-y-auto bg-sunken px-2.5 pt-3.5 ${onClose ? 'min-h-0 flex-1' : 'w-[232px] shrink-0 border-r border-line'}`}
    >
      <div className="flex items-center pb-2.5 pl-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-16 font-semibold tracking-tight">{t.messages}</h2>
        </div>
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={onClose ? t.close : t.hideInboxes}
          {...(!onClose && tip(t.hideInboxes, '['))}
          onClick={onClose ?? (() => setPrefs({ sidebar: false }))}
        >
          <Icon name={onClose ? 'close' : 'sidebar'} size={16} />
        </button>
      </div>
      <input
        type="search"
        aria-label={t.findInbox}
        placeholder={t.findInbox}
        autoComplete="off"
        className="mb-2 h-8 w-full shrink-0 rounded-[8px] border border-line bg-surface px-2.5 text-13 [&::-webkit-search-cancel-button]:hidden"
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && search) {
            e.preventDefault(); // it isn't for what has the focus then
            nav.current?.querySelector<HTMLElement>('li a')?.click();
          }
          if (e.key !== 'Escape') return;
          if (text) {
            e.stopPropagation(); // what it stands in stays
            setText('');
          } else e.currentTarget.blur();
        }}
      />
      {list('standard')}
      {group('team').length > 0 && (
        <>
          <h3 className="px-2 pt-4 pb-1.5 text-12 font-medium text-faint">{t.teamInboxes}</h3>
          {list('team', t.teamInboxes)}
        </>
      )}
      <CustomSection here={filter.inbox} search={search} />
      {group('blocked').length > 0 && <div className="pt-4">{list('blocked')}</div>}
      <p className="mt-auto truncate px-2 py-3 text-12 text-faint">{me.workspace.name}</p>
    </nav>
  );
}

function Entry({ entry: { id, label, icon, counts }, here }: { entry: InboxEntry; here: boolean }) {
  // What is open before one's eyes is no news.
  const news = counts?.news && !here;
  return (
    <li>
      <Link
        to="/inbox/$inbox"
        params={{ inbox: id }}
        search={{}}
        aria-current={here ? 'page' : undefined}
        className={`flex h-8 items-center gap-2.5 rounded-[8px] px-2 pointer-coarse:h-10 ${here ? 'bg-surface font-semibold text-text shadow-[0_0_0_1px_var(--line)]' : 'font-medium text-muted hover:bg-hover hover:text-text'}`}
      >
        <Icon name={icon} />
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {news && (
          <>
            <span className="size-[7px] rounded-full bg-blue" {...tip(t.hasNews)} />
            <span className="sr-only">{t.hasNews}, </span>
          </>
        )}
        {counts && counts.open > 0 && (
          <span className="text-12 font-normal text-faint">
            <span aria-hidden="true">{wholeNumber(counts.open)}</span>
            <span className="sr-only">
              {id === 'blocked' ? t.contactCount(counts.open) : t.openCount(counts.open)}
            </span>
          </span>
        )}
      </Link>
    </li>
  );
}
