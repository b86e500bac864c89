import { t } from '../i18n';

/** "in 6 days", "tomorrow", "in 3 hours": when something that has an end will end. */
export function until(at: string, now: number): string {
  const words = new Intl.RelativeTimeFormat(t.locale, { numeric: 'auto' });
  const hours = (Date.parse(at) - now) / 3_600_000;
  if (hours < 1) return words.format(Math.max(1, Math.round(hours * 60)), 'minute');
  if (hours < 24) return words.format(Math.round(hours), 'hour');
  return words.format(Math.round(hours / 24), 'day');
}
