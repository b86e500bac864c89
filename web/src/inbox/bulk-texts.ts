import { Catalogue } from '../i18n';

export const bulkTexts = new Catalogue({
  en: () => import('../i18n/bulk-en'),
  es: () => import('../i18n/bulk-es'),
});
