import { useEffect, useState } from 'react';
import { t } from '../i18n';
import { useConnection } from '../realtime/connection';
import { Icon } from '../ui/icon';

/** Says when news can't arrive. A short loss, as on a page's own reload, isn't worth a word. */
export function ConnectionBanner() {
  const state = useConnection();
  const [show, setShow] = useState(false);
  useEffect(() => {
    setShow(state === 'offline');
    if (state !== 'lost') return;
    const timer = window.setTimeout(() => setShow(true), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div role="status">
      {show && (
        <div className="flex min-h-8 items-center justify-center gap-2 border-b border-amber-line bg-amber px-3 py-1 text-center text-13 text-amber-ink">
          <Icon name="offline" size={16} />
          {state === 'offline' ? t.offline : t.reconnecting}
        </div>
      )}
    </div>
  );
}
