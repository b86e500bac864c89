import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../api/queries';
import type { Permission } from '../api/types';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { EmptyState } from '../ui/states';
import { settingsTexts } from './texts';

/** Title, one sentence, and the sections. Who may not see it is told so. */
export function SettingsPage({
  title,
  help,
  back,
  needs,
  action,
  wide = false,
  children,
}: {
  title: ReactNode;
  help?: ReactNode;
  back?: '/settings' | '/settings/channels';
  needs?: Permission;
  action?: ReactNode;
  /** For rows of several columns. */
  wide?: boolean;
  children: ReactNode;
}) {
  const s = settingsTexts.text;
  const me = useMe();
  if (needs && !me.permissions.includes(needs))
    return (
      <div className="flex h-full">
        <h1 className="sr-only">{title}</h1>
        <EmptyState icon="lock" title={s.noPermission} help={s.noPermissionHelp} />
      </div>
    );
  return (
    <div
      className={`mx-auto px-4 pt-4 pb-16 md:px-8 md:pt-8 ${wide ? 'max-w-[960px]' : 'max-w-[720px]'}`}
    >
      <Link
        to={back ?? '/settings'}
        className={`mb-2 -ml-1.5 inline-flex min-h-8 items-center gap-1 rounded-6 px-1.5 text-13 text-muted hover:text-text ${back === '/settings/channels' ? '' : 'md:hidden'}`}
      >
        <Icon name="left" size={16} />
        {back === '/settings/channels' ? t.settingsPages.channels : t.settings}
      </Link>
      <header className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <h1 className="text-20 font-semibold tracking-tight">{title}</h1>
          {help && <p className="mt-0.5 text-muted">{help}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  help,
  children,
}: {
  title: string;
  help?: string;
  children: ReactNode;
}) {
  return (
    <section className="mt-8">
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {help && <p className="text-13 text-muted">{help}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}

/** Rows in one hairline frame. */
export function Rows({ children }: { children: ReactNode }) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-10 border border-line">
      {children}
    </ul>
  );
}

export function PageSkeleton() {
  return (
    <div className="late mt-8 grid gap-4" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      <div className="skeleton h-4 w-40" />
      <div className="skeleton h-16 w-full rounded-10!" />
      <div className="skeleton h-16 w-full rounded-10!" />
      <div className="skeleton h-16 w-full rounded-10!" />
    </div>
  );
}
