// The loader draws the launcher and loads the rest when somebody wants it, or when
// the visitor has a conversation running.
import { h, icon, paths } from './dom';
import type { Panel, Place, start } from './panel';
import { launcherStyles } from './styles';

declare const PANEL: string;

/** When a conversation that is running is looked for again, where there was no connection. */
const again = 10_000;

type Command = [string, ...unknown[]];
type Api = ((...args: Command) => void) & { q?: Command[] };
declare global {
  interface Window {
    BandejaChat?: Api;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const channel = script?.dataset.channel;
if (script && channel) run(new URL(script.src).origin, channel);

function run(host: string, key: string): void {
  const spanish = (document.documentElement.lang || navigator.language).toLowerCase().startsWith('es');
  const name = spanish ? 'Abrir el chat' : 'Open chat';
  const box = h('div', { id: 'bandeja-chat' });
  const root = box.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherStyles);
  root.adoptedStyleSheets = [sheet];
  const badge = h('span', { class: 'badge', hidden: true });
  const launcher = h(
    'button',
    { class: 'launcher', type: 'button', 'aria-label': name, 'aria-expanded': 'false' },
    icon(paths.chat, 26),
    badge,
  );
  root.append(launcher);

  const place: Place = { host, key, root, launcher, badge };
  let panel: Promise<Panel> | undefined;
  let tries = 0;
  const load = () => {
    // Some browsers remember for the page's life that an address could not be had.
    panel ??= import(/* @vite-ignore */ `${host}/widget/assets/${PANEL}${tries++ ? `?${tries}` : ''}`)
      .then((m: { start: typeof start }) => m.start(place))
      .catch((e) => {
        panel = undefined; // offline perhaps: the next click tries again
        throw e;
      });
    return panel;
  };
  const quiet = () => {
    // The launcher stays as it is; there is nobody to tell.
  };
  launcher.addEventListener('pointerenter', () => load().catch(quiet), { once: true });
  launcher.addEventListener('click', () => load().then((p) => p.toggle(), quiet));

  const commands = window.BandejaChat?.q ?? [];
  window.BandejaChat = (...c: Command) => {
    // Known before the chat begins: nobody is to see what was the last one's.
    if (c[0] === 'identify') place.who = c[1];
    load().then((p) => p.command(...c), quiet);
  };
  for (const c of commands) window.BandejaChat(...c);

  const begin = () => {
    document.body.append(box);
    let running = false;
    try {
      running = Object.keys(localStorage).some((k) => k.startsWith(`bandeja:${key}:`) && /:(known|queue|out:.+)$/.test(k));
    } catch {
      // storage is off: every visit is the first
    }
    if (running) resume();
  };
  const resume = () => load().catch(() => setTimeout(resume, again));
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}
