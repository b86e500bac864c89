import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, Suspense, useSyncExternalStore } from 'react';
import { customCountQuery, customInboxesQuery, useMe, usersQuery } from '../api/queries';
import type { CustomCount, CustomInbox, InboxId } from '../api/types';
import { wholeNumber } from '../format/size';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { MenuButton } from '../ui/menu';
import { tip } from '../ui/tooltip';
import { customDialog, useDraft } from './drafts';
import { lazyWithFilterTexts } from './texts';

const CustomInboxDialogs = lazyWithFilterTexts(() => import('./dialogs'));

/** The sidebar's custom inboxes: one's own, and those of others. */
export function CustomSection({ here, search }: { here: InboxId; search: string }) {
  const me = useMe();
  const { data: all = [] } = useQuery(customInboxesQuery);
  const shown = all.filter((i) => i.name.toLocaleLowerCase().includes(search));
  const mine = shown.filter((i) => i.creator_id === me.user.id);
  const others = shown.filter((i) => i.creator_id !== me.user.id);
  const list = (items: CustomInbox[], label: string) =>
    items.length > 0 && (
      <>
        <h4 className="px-2 pt-1.5 pb-1 text-11 text-faint">{label}</h4>
        <ul className="grid grid-cols-1 gap-px" aria-label={label}>
          {items.map((i) => (
            <Entry key={i.id} inbox={i} own={i.creator_id === me.user.id} here={i.id === here} />
          ))}
        </ul>
      </>
    );
  return (
    <section className="pt-4">
      <div className="flex items-center pr-0.5 pl-2">
        <h3 className="min-w-0 flex-1 text-12 font-medium text-faint">{t.customInboxes}</h3>
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={t.newInbox}
          {...tip(t.newInbox)}
          onClick={() => customDialog.set({ kind: 'new' })}
        >
          <Icon name="plus" size={14} />
        </button>
      </div>
      {list(mine, t.createdByMe)}
      {list(others, t.createdByOthers)}
    </section>
  );
}

// Opening a contact changes nothing here.
const Entry = memo(function Entry({
  inbox,
  own,
  here,
}: {
  inbox: CustomInbox;
  own: boolean;
  here: boolean;
}) {
  const edited = useDraft(inbox.id) !== undefined;
  const { data: count } = useQuery(customCountQuery(inbox.id));
  return (
    <li className="group/entry relative">
      <Link
        to="/inbox/$inbox"
        params={{ inbox: inbox.id }}
        search={{}}
        aria-current={here ? 'page' : undefined}
        className={`flex h-8 items-center gap-2.5 rounded-[8px] px-2 group-focus-within/entry:pr-8 group-hover/entry:pr-8 pointer-coarse:h-10 pointer-coarse:pr-9 ${here ? 'bg-surface font-semibold text-text shadow-[0_0_0_1px_var(--line)]' : 'font-medium text-muted hover:bg-hover hover:text-text'}`}
      >
        <Icon name="filter" />
        <span className="min-w-0 truncate">{inbox.name}</span>
        {edited && <span className="text-12 font-normal text-amber-ink">{t.editedInbox}</span>}
        {count && (count.open > 0 || count.more) && (
          <span className="ml-auto text-12 font-normal text-faint pointer-fine:group-focus-within/entry:opacity-0 pointer-fine:group-hover/entry:opacity-0">
            <span aria-hidden="true">{counted(count)}</span>
            <span className="sr-only">
              {t.openCount(count.open)}
              {count.more && '+'}
            </span>
          </span>
        )}
      </Link>
      <span className="absolute inset-y-0 right-0.5 flex items-center opacity-0 group-focus-within/entry:opacity-100 group-hover/entry:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:opacity-100">
        <CustomMenu inbox={inbox} own={own} className="btn-icon size-7" />
      </span>
    </li>
  );
});

const counted = ({ open, more }: CustomCount) => `${wholeNumber(open)}${more ? '+' : ''}`;

/** What can be done with a custom inbox; who didn't create it can look at its filters. */
export function CustomMenu({
  inbox,
  own,
  className,
}: {
  inbox: CustomInbox;
  own: boolean;
  className: string;
}) {
  const open = (kind: 'edit' | 'rename' | 'share' | 'delete') => () =>
    customDialog.set({ kind, id: inbox.id });
  const me = useMe();
  const { data: users } = useQuery(usersQuery);
  // Of somebody who left, an owner cleans up.
  const orphan = me.user.role === 'owner' && users && !users.some((u) => u.id === inbox.creator_id);
  const remove = {
    key: 'delete',
    label: t.deleteInbox,
    icon: 'trash',
    danger: true,
    onSelect: open('delete'),
  } as const;
  return (
    <MenuButton
      label={t.inboxActions(inbox.name)}
      className={className}
      align="end"
      entries={[
        { key: 'edit', label: t.inboxFilters, icon: 'filter', onSelect: open('edit') },
        ...(own
          ? ([
              { key: 'rename', label: t.rename, icon: 'edit', onSelect: open('rename') },
              { key: 'share', label: t.share, icon: 'users', onSelect: open('share') },
              { kind: 'separator', key: 's' },
              remove,
            ] as const)
          : orphan
            ? [remove]
            : []),
      ]}
    >
      <Icon name="more" size={16} strokeWidth={2.4} />
    </MenuButton>
  );
}

/** Where the dialogs stand: beside the sidebar, which may be folded away. */
export function CustomDialogs() {
  const dialog = useSyncExternalStore(customDialog.subscribe, customDialog.get);
  return (
    dialog && (
      <Suspense>
        <CustomInboxDialogs dialog={dialog} />
      </Suspense>
    )
  );
}
