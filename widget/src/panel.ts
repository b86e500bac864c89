import { Api, type Config, type Message, Refused } from './api';
import { Chat } from './chat';
import { inkOn, panelStyles } from './styles';
import type { Lang } from './text';

export interface Place {
  host: string;
  key: string;
  root: ShadowRoot;
  launcher: HTMLButtonElement;
  badge: HTMLElement;
  /** Who the page has said is in front of it. */
  who?: unknown;
}

export interface Panel {
  toggle(): void;
  command(name: string, ...args: unknown[]): void;
}

export type { Message };

/** Starts the chat: its looks, its session, its panel. */
export async function start(place: Place): Promise<Panel> {
  const guess: Lang = (document.documentElement.lang || navigator.language).toLowerCase().startsWith('es') ? 'es' : 'en';
  const api = new Api(place.host, place.key, guess);
  const config: Config = await api.config();
  api.lang = config.language === 'auto' ? guess : config.language;
  const host = place.root.host as HTMLElement;
  host.classList.toggle('left', config.position === 'left');
  host.style.setProperty('--accent', config.color);
  host.style.setProperty('--ink', inkOn(config.color));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(panelStyles);
  place.root.adoptedStyleSheets = [...place.root.adoptedStyleSheets, sheet];

  const chat = new Chat(place, api, config);
  await chat.resume();
  return {
    toggle: () => chat.toggle(),
    command: (name, ...args) => {
      if (name === 'open') chat.open();
      else if (name === 'close') chat.close();
      else if (name === 'identify')
        chat.identify(args[0]).catch((e) => console.warn('Bandeja:', e instanceof Refused ? e.problem.detail : e));
      else if (name === 'event') chat.note(String(args[0] ?? ''));
    },
  };
}
