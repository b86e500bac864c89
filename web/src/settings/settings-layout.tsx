import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useMe } from '../api/queries';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { settingsPages } from './pages';

/** The list of settings at the left; on a phone it is a page of its own. */
export default function SettingsLayout() {
  const me = useMe();
  const path = useLocation({ select: (l) => l.pathname.replace(/\/$/, '') });
  const home = path === '/settings';
  const title = 'px-2 pb-2.5 text-16 font-semibold tracking-tight';
  const Page = home ? 'div' : 'main';
  const List = home ? 'main' : 'div';
  return (
    <>
      <List className={`shrink-0 md:flex ${home ? 'flex w-full md:w-auto' : 'hidden'}`}>
        <nav
          aria-label={t.settings}
          className="flex w-full flex-col overflow-y-auto border-line bg-sunken px-2.5 pt-3.5 md:w-[232px] md:border-r"
        >
          {home ? <h1 className={title}>{t.settings}</h1> : <h2 className={title}>{t.settings}</h2>}
          <ul className="grid gap-px">
            {settingsPages(me.permissions).map((p) => {
              const here = path.startsWith(p.to);
              return (
                <li key={p.to}>
                  <Link
                    to={p.to}
                    aria-current={here ? 'page' : undefined}
                    className={`flex h-8 items-center gap-2.5 rounded-[8px] px-2 max-md:h-12 ${here ? 'bg-surface font-semibold text-text shadow-[0_0_0_1px_var(--line)]' : 'font-medium text-muted hover:bg-hover hover:text-text'}`}
                  >
                    <Icon name={p.icon} />
                    <span className="flex-1">{p.label(t)}</span>
                    <Icon name="right" size={16} className="md:hidden" />
                  </Link>
                </li>
              );
            })}
          </ul>
          <p className="mt-auto px-2 py-3 text-12 text-faint">Bandeja {me.version}</p>
        </nav>
      </List>
      <Page className={`min-w-0 flex-1 overflow-y-auto bg-surface ${home ? 'max-md:hidden' : ''}`}>
        <Outlet />
      </Page>
    </>
  );
}
