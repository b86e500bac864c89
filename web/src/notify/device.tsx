import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { get, post } from '../api/http';
import { toast, toastError } from '../ui/toast';
import { showOutside } from './alerts';
import { install, installsByHand, offer } from './install';
import { playTone } from './sound';
import { notifyTexts } from './texts';
import { canPush, startPushes, stopPushes } from './worker';

type State = NotificationPermission | 'unsupported';
const permission = (): State =>
  'Notification' in window ? Notification.permission : 'unsupported';

/** Whether this browser shows notifications, asked for by a button alone. */
export function ThisDevice() {
  const x = notifyTexts.text;
  const [state, setState] = useState<State>(permission);
  const [busy, setBusy] = useState(false);
  const push = useQuery({
    queryKey: ['push'],
    queryFn: ({ signal }) => get('/me/push', { signal }),
    enabled: canPush(),
    staleTime: 0,
  });
  const pushed = state === 'granted' && Boolean(push.data?.subscribed);
  const during = (work: () => Promise<unknown>) => {
    setBusy(true);
    work()
      .catch(toastError)
      .finally(() => {
        setBusy(false);
        void push.refetch();
      });
  };
  const allow = async () => {
    const answer = await Notification.requestPermission();
    setState(answer);
    // A browser without a push service still shows them while the app is open.
    if (answer === 'granted' && canPush())
      await startPushes().catch(() => toast(x.deviceHelp.open));
  };
  const test = async () => {
    playTone();
    if (pushed) await post('/me/push/test');
    else await showOutside(x.testTitle, { body: x.testBody, icon: '/icon-192.png', tag: 'test' });
    toast(x.testSent);
  };
  const help =
    state !== 'granted' ? x.deviceHelp[state] : pushed ? x.deviceHelp.granted : x.deviceHelp.open;
  return (
    <div className="divide-y divide-line rounded-10 border border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
        <div className="min-w-52 flex-1">
          <p className="font-medium">{x.device}</p>
          <p className="text-13 text-muted">{help}</p>
        </div>
        {(state === 'default' ||
          (state === 'granted' && canPush() && push.isSuccess && !pushed)) && (
          <button
            type="button"
            className="btn btn-primary"
            disabled={busy}
            onClick={() => during(allow)}
          >
            {x.allow}
          </button>
        )}
        {pushed && (
          <button
            type="button"
            className="btn"
            disabled={busy}
            onClick={() => during(() => stopPushes().then(() => toast(x.turnedOff)))}
          >
            {x.turnOff}
          </button>
        )}
        {state === 'granted' && (
          <button type="button" className="btn" disabled={busy} onClick={() => during(test)}>
            {x.test}
          </button>
        )}
      </div>
      <Install />
    </div>
  );
}

function Install() {
  const x = notifyTexts.text;
  const offered = useSyncExternalStore(offer.subscribe, offer.get);
  const byHand = installsByHand();
  if (!offered && !byHand) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <div className="min-w-52 flex-1">
        <p className="font-medium">{x.install}</p>
        <p className="text-13 text-muted">{offered ? x.installHelp : x.installIOS}</p>
      </div>
      {offered && (
        <button type="button" className="btn" onClick={() => void install()}>
          {x.installAction}
        </button>
      )}
    </div>
  );
}
