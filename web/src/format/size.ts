import { t } from '../i18n';

/** 532 B · 14 KB · 3.2 MB, in the language's own decimal mark. */
export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 1 && value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(t.locale, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

// Making one takes longer than a row of a list.
let grouped: [string, Intl.NumberFormat] | undefined;

export function wholeNumber(n: number): string {
  // Spanish leaves four digits ungrouped by default; counts in a column read better alike.
  if (grouped?.[0] !== t.locale)
    grouped = [t.locale, new Intl.NumberFormat(t.locale, { useGrouping: 'always' })];
  return grouped[1].format(n);
}

export const percent = (part: number) =>
  new Intl.NumberFormat(t.locale, { style: 'percent' }).format(part);
