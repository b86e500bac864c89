import type { NoticeAlert } from '../api/types';
import { playTone } from './sound';
import { anyTabInFront, isSpeaker } from './tabs-of-browser';
import { wordsOf } from './words';

const pushedKey = 'bandeja.push';

/** Whether this browser gets pushes: then its service worker shows what comes. */
export function isPushed() {
  try {
    return localStorage.getItem(pushedKey) === 'on';
  } catch {
    return false;
  }
}

export function setPushed(on: boolean) {
  try {
    if (on) localStorage.setItem(pushedKey, 'on');
    else localStorage.removeItem(pushedKey);
  } catch {
    // Without storage the page shows them as well.
  }
}

/** Shows something outside the page. Mobile browsers do so by the service worker alone. */
export async function showOutside(title: string, options: NotificationOptions, open?: () => void) {
  const worker = await navigator.serviceWorker?.getRegistration('/');
  if (worker?.active) return worker.showNotification(title, options);
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    open?.();
    shown.close();
  };
}

/** Makes new notifications known besides the bell: a tone, and where nobody looks, the desktop. */
export async function makeKnown(
  alerts: NoticeAlert[],
  showContent: boolean,
  urlOf: (n: NoticeAlert) => string,
  open: (n: NoticeAlert) => void,
) {
  if (!isSpeaker()) return;
  if (alerts.some((a) => a.sound)) playTone();
  const wanted = alerts.filter((a) => a.desktop);
  if (!wanted.length || isPushed() || !('Notification' in window)) return;
  if (Notification.permission !== 'granted' || (await anyTabInFront())) return;
  for (const n of wanted) {
    const { name, what, text } = wordsOf(n);
    const body = showContent && text ? `${what}\n${text}` : what;
    const options = { body, tag: n.contact.id, icon: '/icon-192.png', data: { url: urlOf(n) } };
    await showOutside(name, options, () => open(n));
  }
}
