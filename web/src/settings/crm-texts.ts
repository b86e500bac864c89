import { Catalogue } from '../i18n';

/** The words of the settings of contact fields, tags and closing notes. */
export const crmTexts = new Catalogue({
  en: () => import('../i18n/crm-en'),
  es: () => import('../i18n/crm-es'),
});
