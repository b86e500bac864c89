import { Catalogue } from '../i18n';

/** The words of the settings, loaded with them. */
export const settingsTexts = new Catalogue({
  en: () => import('../i18n/settings-en'),
  es: () => import('../i18n/settings-es'),
});
