import { useEffect, useState, useSyncExternalStore } from 'react';
import { trouble } from '../api/trouble';
import { t } from '../i18n';
import { waitingCount } from '../outbox/waiting';
import { useConnection } from '../realtime/connection';
import { Icon } from '../ui/icon';

/** Says when news can't arrive, or nothing can be saved. A short loss, as on a page's own reload, isn't worth a word. */
export function ConnectionBanner() {
  const state = useConnection();
  const down = useSyncExternalStore(trouble.subscribe, trouble.get);
  const waiting = useSyncExternalStore(waitingCount.subscribe, waitingCount.get);
  const [show, setShow] = useState(false);
  useEffect(() => {
    setShow(state === 'offline');
    if (state !== 'lost') return;
    const timer = window.setTimeout(() => setShow(true), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const words = state === 'offline' ? t.offline : down ? t.databaseDown : t.reconnecting;
  return (
    <div role="status">
      {(show || down) && (
        <div className="flex min-h-8 items-center justify-center gap-2 border-b border-amber-line bg-amber px-3 py-1 text-center text-13 text-amber-ink">
          <Icon name="offline" size={16} />
          <span>
            {words} {waiting > 0 && <b className="font-semibold">{t.kept(waiting)}</b>}
          </span>
        </div>
      )}
    </div>
  );
}
