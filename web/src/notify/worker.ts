import { get, post, remove } from '../api/http';
import { setPushed } from './alerts';

/** Registers the service worker once the page has loaded, so that it slows nothing. */
export function startWorker(open: (url: string) => void) {
  if (!import.meta.env.PROD || !navigator.serviceWorker) return () => {};
  const opened = (e: MessageEvent) => {
    if (e.data?.type === 'open') open(e.data.url);
  };
  navigator.serviceWorker.addEventListener('message', opened);
  const idle = window.setTimeout(
    // Where it can't be had (a private window) the app does without.
    () => navigator.serviceWorker.register('/sw.js').then(renew, () => {}),
    document.readyState === 'complete' ? 1000 : 3000,
  );
  return () => {
    clearTimeout(idle);
    navigator.serviceWorker.removeEventListener('message', opened);
  };
}

export const canPush = () =>
  'Notification' in window && Boolean(navigator.serviceWorker) && 'PushManager' in window;

const bytes = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** Has notifications pushed to this browser. The permission must have been given. */
export async function startPushes() {
  const { public_key } = await get('/me/push');
  const worker = await navigator.serviceWorker.ready;
  const key = bytes(public_key);
  let subscription = await worker.pushManager.getSubscription();
  const before = subscription?.options.applicationServerKey;
  // Made for another key, as of a server that stood here before.
  if (subscription && (!before || !sameBytes(new Uint8Array(before), key))) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  await tell(subscription);
}

async function tell(subscription: PushSubscription) {
  const { endpoint, keys } = subscription.toJSON();
  await post('/me/push', {
    body: { endpoint: endpoint!, keys: { p256dh: keys!.p256dh!, auth: keys!.auth! } },
  });
  setPushed(true);
}

/** After signing in anew the subscription belongs to the new session. */
async function renew(worker: ServiceWorkerRegistration) {
  const subscription = await worker.pushManager?.getSubscription();
  if (!subscription) return setPushed(false);
  const { subscribed } = await get('/me/push');
  if (!subscribed) await tell(subscription);
  setPushed(true);
}

export async function stopPushes() {
  setPushed(false);
  await remove('/me/push');
  const worker = await navigator.serviceWorker.getRegistration('/');
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((x, i) => x === b[i]);
