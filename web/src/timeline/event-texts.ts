import { Catalogue } from '../i18n';

/** What happened, in words; there before the console is. */
export const eventTexts = new Catalogue({
  en: () => import('../i18n/event-en'),
  es: () => import('../i18n/event-es'),
});
