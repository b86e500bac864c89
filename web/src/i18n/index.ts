import type { Language } from '../api/types';
import { part } from '../parts';
import { Store } from '../realtime/store';
import type { Texts } from './en';

/**
 * The texts of the current language. A live binding: it is set before the first
 * render, and the whole tree is remounted when the language changes, so
 * components read it like a constant.
 */
export let t: Texts;

export function setTexts(texts: Texts) {
  t = texts;
}

const loaders: Record<Language, () => Promise<{ default: Texts }>> = {
  en: () => import('./en'),
  es: () => import('./es'),
};

export const language = new Store<Language>('es');

/** Texts of a part of the app that most visits never open; loaded with it. */
export class Catalogue<T> {
  private texts: T | undefined;
  private loaded: Language | undefined;
  private readonly sources: Record<Language, () => Promise<{ default: T }>>;
  constructor(sources: Record<Language, () => Promise<{ default: T }>>) {
    this.sources = sources;
    catalogues.add(this as Catalogue<unknown>);
  }
  async load(wanted = language.get()) {
    if (this.loaded === wanted) return;
    this.texts = (await part(this.sources[wanted])).default;
    this.loaded = wanted;
  }
  get inUse() {
    return this.loaded !== undefined;
  }
  /** Call load() first; the route's loader does. */
  get text(): T {
    return this.texts!;
  }
}

const catalogues = new Set<Catalogue<unknown>>();

export async function loadLanguage(wanted: Language) {
  const parts = [...catalogues].filter((c) => c.inUse).map((c) => c.load(wanted));
  const [texts] = await Promise.all([loaders[wanted](), ...parts]);
  setTexts(texts.default);
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem('bandeja.language', wanted);
  } catch {
    // Without storage the choice lives with the user's profile only.
  }
  language.set(wanted);
}

/** The language before anybody signed in: the last one used here, else the browser's. */
export function preferredLanguage(): Language {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem('bandeja.language');
  } catch {
    // Falls through to the browser's language.
  }
  if (saved === 'es' || saved === 'en') return saved;
  return navigator.language.startsWith('en') ? 'en' : 'es';
}
