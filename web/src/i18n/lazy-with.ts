import type { ComponentType } from 'react';
import { lazyPart } from '../parts';
import { Catalogue } from '.';

/** Words of dialogs, the drawer and other parts that come after the first paint. */
export const extraTexts = new Catalogue({
  en: () => import('./extra-en'),
  es: () => import('./extra-es'),
});

/** A lazy component that is ready only when its words are. */
export function lazyWithTexts<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
) {
  return lazyPart(async () => {
    const [module] = await Promise.all([load(), extraTexts.load()]);
    return module;
  });
}
