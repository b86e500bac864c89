import { Suspense, useState } from 'react';
import { useMay } from '../api/queries';
import type { Sort, StatusFilter } from '../api/types';
import { wholeNumber } from '../format/size';
import { frameDialog } from '../frame/dialogs';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { lazyPart, part } from '../parts';
import { consoleTexts } from '../timeline/console-texts';
import { Icon } from '../ui/icon';
import { MenuButton, type MenuEntry } from '../ui/menu';
import { setPrefs } from '../ui/prefs';
import { tip } from '../ui/tooltip';
import { usePhone, useWide } from '../ui/use-media';
import { useInboxEntries } from './inbox-entries';
import { SearchBox } from './search-box';
import { select, useSelection } from './selection';
import { useListFilter, usualStatus } from './use-inbox-list';
import { useListSearch } from './use-list-search';

const BulkBar = lazyPart(async () => {
  const module = await import('./bulk-bar');
  await Promise.all([module.bulkTexts.load(), extraTexts.load(), consoleTexts.load()]);
  return module;
});

const loadOverlay = () => import('./sidebar-overlay');
const SidebarOverlay = lazyPart(loadOverlay);
const preloadOverlay = () => void part(loadOverlay);

export const sortLabel = (sort: Sort, status: StatusFilter) =>
  sort === 'newest' || sort === 'oldest' ? t.sorts[sort] : t.sorts[sort][status];

export function ListHeader({ sidebar }: { sidebar: boolean }) {
  const { filter, q, where, listKey } = useListFilter();
  const picked = useSelection(listKey);
  const change = useListSearch();
  const mayAdd = useMay('contacts.edit');
  const statuses: StatusFilter[] = ['open', 'closed', 'snoozed', 'all'];
  const sorts: Sort[] = ['newest', 'oldest', 'longest', 'shortest'];
  // Defaults stay out of the address.
  const set = ({ status = filter.status, sort = filter.sort }: Partial<typeof filter>) =>
    change({
      status: status === usualStatus(filter.inbox) ? undefined : status,
      sort: sort === 'newest' ? undefined : sort,
    });
  const choice =
    'inline-flex h-7 min-w-0 items-center gap-1 rounded-6 px-1.5 text-13 text-muted hover:bg-hover hover:text-text';
  return (
    <header className="border-b border-line px-3 pt-3 pb-1.5">
      {!sidebar && <InboxSwitch />}
      <div className="flex gap-1.5">
        <SearchBox />
        {mayAdd && (
          <button
            type="button"
            className="btn-icon size-[34px] bg-sunken"
            aria-label={t.addContact}
            {...tip(t.addContact)}
            onClick={() => frameDialog.set('add-contact')}
          >
            <Icon name="userPlus" />
          </button>
        )}
      </div>
      {picked && !where ? (
        // As high as what it stands in for.
        <Suspense fallback={<div className="mt-1.5 h-7" />}>
          <BulkBar picked={picked} />
        </Suspense>
      ) : q ? (
        <fieldset aria-label={t.searchIn} className="-mx-1 mt-1.5 flex gap-1">
          {([undefined, 'messages', 'comments'] as const).map((x) => (
            <button
              key={x ?? 'contacts'}
              type="button"
              aria-pressed={where === x}
              className={`h-7 rounded-6 px-2 text-13 hover:bg-hover ${where === x ? 'bg-tint font-medium text-accent' : 'text-muted'}`}
              onClick={() => change({ in: x, here: undefined })}
            >
              {t.searchPlaces[x ?? 'contacts']}
            </button>
          ))}
        </fieldset>
      ) : (
        <div className="-mx-1 mt-1.5 flex justify-between gap-2">
          <MenuButton
            label={t.status}
            named="by-text"
            className={choice}
            entries={[
              ...statuses.map(
                (status): MenuEntry => ({
                  key: status,
                  label: t.statusFilter[status],
                  checked: filter.status === status,
                  onSelect: () => set({ status }),
                }),
              ),
              { kind: 'separator', key: 's' },
              {
                key: 'unreplied',
                label: t.unreplied,
                checked: Boolean(filter.unreplied),
                onSelect: () => change({ unreplied: filter.unreplied ? undefined : true }),
              },
            ]}
          >
            <span className="sr-only">{t.status}: </span>
            <span className="truncate">
              {t.statusFilter[filter.status]}
              {filter.unreplied && `, ${t.unreplied.toLocaleLowerCase(t.locale)}`}
            </span>
            <Icon name="down" size={14} />
          </MenuButton>
          <span className="flex min-w-0">
            <button
              type="button"
              className="btn-icon size-7"
              aria-label={t.selectContacts}
              {...tip(t.selectContacts, 'x')}
              onClick={() => select(listKey, [])}
            >
              <Icon name="select" size={16} />
            </button>
            <MenuButton
              label={t.sort}
              named="by-text"
              className={choice}
              align="end"
              entries={sorts.map(
                (sort): MenuEntry => ({
                  key: sort,
                  label: sortLabel(sort, filter.status),
                  checked: filter.sort === sort,
                  onSelect: () => set({ sort }),
                }),
              )}
            >
              <span className="sr-only">{t.sort}: </span>
              <span className="truncate">{sortLabel(filter.sort, filter.status)}</span>
              <Icon name="down" size={14} />
            </MenuButton>
          </span>
        </div>
      )}
    </header>
  );
}

/** Which inbox this is, where the sidebar has no room or is folded away; brings it over the page. */
function InboxSwitch() {
  const { filter } = useListFilter();
  const wide = useWide();
  const [open, setOpen] = useState(false);
  useShortcuts(wide ? {} : { '[': () => setOpen(true) });
  // On a phone the list is the page, and this its title.
  const Title = usePhone() ? 'h1' : 'div';
  const all = useInboxEntries();
  const here = all.find((e) => e.id === filter.inbox);
  const count = here?.counts?.open;
  return (
    <div className="mb-2 flex items-center gap-1">
      {wide && (
        <button
          type="button"
          className="btn-icon -ml-1.5"
          aria-label={t.showInboxes}
          {...tip(t.showInboxes, '[')}
          onClick={() => setPrefs({ sidebar: true })}
        >
          <Icon name="sidebar" size={16} />
        </button>
      )}
      <Title className="min-w-0">
        <button
          type="button"
          aria-haspopup="dialog"
          aria-expanded={open}
          className="inline-flex h-8 max-w-full items-center gap-1.5 rounded-[8px] px-1 hover:bg-hover"
          onPointerEnter={preloadOverlay}
          onFocus={preloadOverlay}
          onClick={() => setOpen(true)}
        >
          {!wide && <Icon name="sidebar" size={16} className="text-muted" />}
          <span className="sr-only">{t.inboxes}: </span>
          <span className="truncate text-16 font-semibold tracking-tight">
            {here?.label ?? '…'}
          </span>
          {count !== undefined && <span className="text-13 text-faint">{wholeNumber(count)}</span>}
          {all.some((e) => e.counts?.news && e.id !== filter.inbox) && (
            <>
              <span className="size-[7px] rounded-full bg-blue" />
              <span className="sr-only">{t.hasNews}</span>
            </>
          )}
          <Icon name="down" size={16} className="text-muted" />
        </button>
      </Title>
      {open && (
        <Suspense>
          <SidebarOverlay onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
