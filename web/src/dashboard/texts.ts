import { Catalogue } from '../i18n';

/** The words of the dashboard. */
export const dashboardTexts = new Catalogue({
  en: () => import('../i18n/dashboard-en'),
  es: () => import('../i18n/dashboard-es'),
});
