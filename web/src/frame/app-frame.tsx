import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useSyncExternalStore } from 'react';
import { useMe } from '../api/queries';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { fetchAhead, part } from '../parts';
import { useActivityPing } from '../realtime/activity';
import { connect } from '../realtime/connection';
import { preloadMenus } from '../ui/menu';
import { preloadPopovers } from '../ui/popover';
import { lastInbox } from '../ui/prefs';
import { ToastLayer } from '../ui/toast';
import { TooltipLayer } from '../ui/tooltip';
import { usePhone } from '../ui/use-media';
import { ConnectionBanner } from './connection-banner';
import { frameDialog } from './dialogs';
import { BottomBar, Rail } from './rail';
import { useShortcuts } from './shortcuts';
import { useTabTitle } from './use-tab-title';

const FrameDialogs = lazyWithTexts(() => import('./frame-dialogs'));

export default function AppFrame() {
  const me = useMe();
  const navigate = useNavigate();
  const phone = usePhone();
  // On a phone an open contact takes the whole screen.
  const deep = useLocation({ select: (l) => /^\/inbox\/[^/]+\/[^/]+/.test(l.pathname) });
  const dialog = useSyncExternalStore(frameDialog.subscribe, frameDialog.get);
  useTabTitle();
  useActivityPing();
  useEffect(() => void connect(me.seq), [me.seq]);
  useEffect(() => {
    const show = (contactId: string) => {
      const params = { inbox: lastInbox(me.user), contactId };
      void navigate({ to: '/inbox/$inbox/$contactId', params, search: {} });
    };
    void part(() => import('../outbox/outbox')).then((m) => m.restoreOutbox(me.user.id, show));
  }, [me.user.id, navigate]);
  useEffect(() => {
    const idle = window.setTimeout(() => {
      const assigning = () => part(() => import('../timeline/assign-panel'));
      void fetchAhead([preloadMenus, preloadPopovers, assigning]);
    }, 2500);
    return () => clearTimeout(idle);
  }, []);
  useShortcuts({
    'g d': () => void navigate({ to: '/dashboard' }),
    'g m': () => void navigate({ to: '/' }),
    'g s': () => void navigate({ to: '/settings' }),
    'Ctrl+k': () => frameDialog.set('palette'),
    '?': () => frameDialog.set('shortcuts'),
  });
  return (
    <div className="flex h-full flex-col bg-sunken pt-[env(safe-area-inset-top)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-6 bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t.skipToContent}
      </a>
      <ConnectionBanner />
      <div className="flex min-h-0 flex-1">
        <Rail />
        <div id="content" className="flex min-w-0 flex-1">
          <Outlet />
        </div>
      </div>
      {phone && !deep && <BottomBar />}
      {dialog !== 'none' && (
        <Suspense>
          <FrameDialogs which={dialog} onClose={() => frameDialog.set('none')} />
        </Suspense>
      )}
      <ToastLayer raised={deep} />
      <TooltipLayer />
    </div>
  );
}
