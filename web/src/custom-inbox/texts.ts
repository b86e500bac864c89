import type { ComponentType } from 'react';
import { Catalogue } from '../i18n';
import { lazyPart } from '../parts';

/** The words of filters and custom inboxes, loaded with them. */
export const filterTexts = new Catalogue({
  en: () => import('../i18n/filter-en'),
  es: () => import('../i18n/filter-es'),
});

export const lazyWithFilterTexts = <P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
) =>
  lazyPart(async () => {
    const [module] = await Promise.all([load(), filterTexts.load()]);
    return module;
  });
