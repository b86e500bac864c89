import { Catalogue } from '../i18n';

export const authTexts = new Catalogue({
  en: () => import('../i18n/auth-en'),
  es: () => import('../i18n/auth-es'),
});
