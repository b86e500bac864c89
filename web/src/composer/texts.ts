import type { ComponentType } from 'react';
import { Catalogue } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { lazyPart } from '../parts';

/** The words of what helps to write: variables, snippets, sending later. */
export const composerTexts = new Catalogue({
  en: () => import('../i18n/composer-en'),
  es: () => import('../i18n/composer-es'),
});

/** A lazy part of the composer, with its words. */
export function lazyHelp<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  return lazyPart(async () => {
    const [module] = await Promise.all([load(), composerTexts.load(), extraTexts.load()]);
    return module;
  });
}
