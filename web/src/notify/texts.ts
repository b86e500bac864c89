import type { ComponentType } from 'react';
import { Catalogue } from '../i18n';
import { lazyPart } from '../parts';

/** The words of notifications, loaded with the bell. */
export const notifyTexts = new Catalogue({
  en: () => import('../i18n/notify-en'),
  es: () => import('../i18n/notify-es'),
});

/** A lazy component that is ready only when the words of notifications are. */
export const lazyWithNotifyTexts = <P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
) =>
  lazyPart(async () => {
    const [module] = await Promise.all([load(), notifyTexts.load()]);
    return module;
  });
