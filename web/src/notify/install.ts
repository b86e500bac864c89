import { Store } from '../realtime/store';

/** The browser's offer to install the app; it is made once, early. */
interface Offer extends Event {
  prompt: () => Promise<unknown>;
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

export const offer = new Store<Offer | null>(null);

window.addEventListener('beforeinstallprompt', (e) => {
  e.preventDefault(); // shown in the settings instead
  offer.set(e as Offer);
});
window.addEventListener('appinstalled', () => offer.set(null));

export async function install() {
  const made = offer.get();
  if (!made) return;
  await made.prompt();
  if ((await made.userChoice).outcome === 'accepted') offer.set(null);
}

/** Safari on phones installs by hand. */
export const installsByHand = () =>
  /iPhone|iPad/.test(navigator.userAgent) && !matchMedia('(display-mode: standalone)').matches;
