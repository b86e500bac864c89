import { useState } from 'react';
import { toast, toastError } from '../ui/toast';
import { showOutside } from './alerts';
import { playTone } from './sound';
import { notifyTexts } from './texts';

type State = NotificationPermission | 'unsupported';
const permission = (): State =>
  'Notification' in window ? Notification.permission : 'unsupported';

/** Whether this browser shows notifications, asked for by a button alone. */
export function ThisDevice() {
  const x = notifyTexts.text;
  const [state, setState] = useState<State>(permission);
  const test = async () => {
    playTone();
    try {
      await showOutside(x.testTitle, { body: x.testBody, icon: '/icon-192.png', tag: 'test' });
      toast(x.testSent);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-10 border border-line px-4 py-3">
      <div className="min-w-52 flex-1">
        <p className="font-medium">{x.device}</p>
        <p className="text-13 text-muted">
          {state === 'granted' ? x.deviceHelp.open : x.deviceHelp[state]}
        </p>
      </div>
      {state === 'default' && (
        <button
          type="button"
          className="btn btn-primary"
          onClick={() => void Notification.requestPermission().then(setState)}
        >
          {x.allow}
        </button>
      )}
      {state === 'granted' && (
        <button type="button" className="btn" onClick={() => void test()}>
          {x.test}
        </button>
      )}
    </div>
  );
}
