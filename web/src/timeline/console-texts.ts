import { Catalogue } from '../i18n';

/** The words of the console: where messages are read and written. There before it is. */
export const consoleTexts = new Catalogue({
  en: () => import('../i18n/console-en'),
  es: () => import('../i18n/console-es'),
});
