import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { Suspense } from 'react';
import { inboxesQuery } from '../api/queries';
import { t } from '../i18n';
import { lazyPart } from '../parts';
import { Icon, type IconName } from '../ui/icon';
import { Logo } from '../ui/logo';
import { tip } from '../ui/tooltip';
import { ProfileMenu } from './profile-menu';

const Bell = lazyPart(() => import('../notify/bell'));

interface Module {
  to: '/dashboard' | '/' | '/settings';
  match: string;
  icon: IconName;
  label: string;
  keys: string;
}

const modules = (): Module[] => [
  { to: '/dashboard', match: '/dashboard', icon: 'dashboard', label: t.dashboard, keys: 'g d' },
  { to: '/', match: '/inbox', icon: 'messages', label: t.messages, keys: 'g m' },
  { to: '/settings', match: '/settings', icon: 'settings', label: t.settings, keys: 'g s' },
];

/** The modules at the left on a computer. */
export function Rail() {
  return (
    <nav
      aria-label={t.modules}
      className="hidden w-14 shrink-0 flex-col items-center gap-1 border-r border-line bg-sunken pt-3 pb-3 md:flex"
    >
      <div className="mb-2.5">
        <Logo />
      </div>
      {modules().map((m, i) => (
        <ModuleLink key={m.to} module={m} className={i === 2 ? 'mt-auto' : ''} />
      ))}
      <Suspense fallback={<div className="mt-1 size-10" />}>
        <Bell />
      </Suspense>
      <div className="mt-1">
        <ProfileMenu />
      </div>
    </nav>
  );
}

function ModuleLink({ module: m, className }: { module: Module; className: string }) {
  const here = useLocation({ select: (l) => l.pathname.startsWith(m.match) });
  return (
    <Link
      to={m.to}
      aria-label={m.label}
      aria-current={here ? 'page' : undefined}
      {...tip(m.label, m.keys)}
      className={`relative inline-flex size-10 items-center justify-center rounded-10 ${className} ${here ? 'bg-surface text-accent shadow-[0_0_0_1px_var(--line)]' : 'text-muted hover:bg-hover hover:text-text'}`}
    >
      <Icon name={m.icon} size={20} />
    </Link>
  );
}

/** The same modules at the foot of a phone. */
export function BottomBar() {
  const path = useLocation({ select: (l) => l.pathname });
  const { data: inboxes } = useQuery(inboxesQuery);
  const news = inboxes?.some((i) => i.news);
  return (
    <nav
      aria-label={t.modules}
      className="flex shrink-0 items-stretch justify-around border-t border-line bg-sunken px-2 pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {modules().map((m) => {
        const here = path.startsWith(m.match);
        return (
          <Link
            key={m.to}
            to={m.to}
            aria-current={here ? 'page' : undefined}
            className={`flex min-w-0 flex-auto flex-col items-center justify-center gap-0.5 px-0.5 py-1.5 text-11 font-medium ${here ? 'text-accent' : 'text-muted'}`}
          >
            <span className="relative">
              <Icon name={m.icon} size={22} />
              {m.to === '/' && news && (
                <span className="absolute -top-0.5 -right-1 size-2.5 rounded-full border-2 border-sunken bg-blue" />
              )}
            </span>
            <span className="max-w-full truncate">{m.label}</span>
          </Link>
        );
      })}
      {/* As wide as its word, so that its neighbours stay where they are. */}
      <Suspense fallback={<div className="w-20 flex-auto" />}>
        <Bell phone />
      </Suspense>
      <ProfileMenu phone />
    </nav>
  );
}
