import { t } from '../i18n';

let zone: string | undefined;
/** The zone of the viewer's own clock. */
let mine: string | undefined;

/** Times are shown in the workspace's time zone, and on pointing in the viewer's own. */
export function setZone(timezone: string, own?: string) {
  mine = own || undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    zone = timezone;
  } catch {
    // An unknown zone name: the browser's own is better than a blank page.
    zone = undefined;
  }
}

const cache = new Map<string, Intl.DateTimeFormat>();

// Making one takes a tenth of a millisecond, and a list shows many times.
function formatter(options: Intl.DateTimeFormatOptions, timeZone = zone, locale = t.locale) {
  const key = locale + timeZone + JSON.stringify(options);
  let f = cache.get(key);
  if (!f) {
    f = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    cache.set(key, f);
  }
  return f;
}

const hm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** Days since the epoch in the workspace's zone, so that "yesterday" is theirs. */
export function dayNumber(at: number | string, timeZone = zone): number {
  const parts = formatter({}, timeZone, 'en-CA').format(new Date(at));
  return Math.round(Date.parse(`${parts}T00:00:00Z`) / 86_400_000);
}

export const clock = (at: string) => formatter(hm).format(new Date(at));

/** now · 5 min · 14:32 · yesterday · 3 Mar · 3 Mar 2025 */
export function rowTime(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (seconds < 60) return t.now;
  if (seconds < 3600) return t.minutes(Math.floor(seconds / 60));
  const days = dayNumber(now) - dayNumber(at);
  if (days <= 0) return clock(at);
  if (days === 1) return t.yesterday.toLocaleLowerCase(t.locale);
  return shortDate(at, now);
}

const shortDate = (at: string, now: number) =>
  formatter({ day: 'numeric', month: 'short', ...yearUnless(at, now) }).format(new Date(at));

/** The year where it isn't the one that it is there now. */
function yearUnless(at: string, now: number): Intl.DateTimeFormatOptions {
  const year = (x: number | string) => formatter({ year: 'numeric' }).format(new Date(x));
  return year(at) === year(now) ? {} : { year: 'numeric' };
}

/** Today · Yesterday · Monday, 3 March */
export function dayLabel(at: string, now: number): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days <= 0) return t.today;
  if (days === 1) return t.yesterday;
  const text = formatter({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...yearUnless(at, now),
  }).format(new Date(at));
  return text.charAt(0).toLocaleUpperCase(t.locale) + text.slice(1);
}

/** The full date, and the viewer's own clock where it differs from the workspace's. */
export function fullTime(at: string): string {
  const options = { dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' } as const;
  const here = formatter(options).format(new Date(at));
  mine ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || mine === zone || offsetAt(at, zone) === offsetAt(at, mine)) return here;
  return `${here} (${formatter(hm, mine).format(new Date(at))} ${mine.split('/').at(-1)!.replaceAll('_', ' ')})`;
}

/** The zone whose clocks the screen shows; undefined for the browser's. */
export const shownZone = () => zone;

/** Where that is, if clocks there differ from the browser's. */
export function shownPlace(at: Date): string | undefined {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const iso = at.toISOString();
  if (!zone || own === zone || offsetAt(iso, zone) === offsetAt(iso, own)) return undefined;
  return zone.split('/').at(-1)!.replaceAll('_', ' ');
}

function offsetAt(at: string, timeZone: string) {
  return formatter({ ...hm, day: 'numeric' }, timeZone, 'en').format(new Date(at));
}

/** 3 Mar, 14:32 · 3 Mar 2025, 14:32 */
export const momentOf = (at: string, now = Date.now()) =>
  formatter({ day: 'numeric', month: 'short', ...yearUnless(at, now), ...hm }).format(new Date(at));

/** 3 Mar · 3 Mar 2025 */
export const dateOf = (at: string) => shortDate(at, Date.now());

/** 23 h 48 min · 48 min */
export function timeLeft(until: string, now: number): string {
  const minutes = Math.max(0, Math.floor((Date.parse(until) - now) / 60_000));
  const h = Math.floor(minutes / 60);
  if (h === 0) return t.minutes(Math.max(1, minutes));
  return h >= 48 ? t.hours(h) : t.hoursMinutes(h, minutes % 60);
}

export function playTime(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** 8 minutes ago · yesterday · 3 Mar, 14:32 */
export function ago(at: string, now: number): string {
  const minutes = Math.round((Date.parse(at) - now) / 60_000);
  const words = new Intl.RelativeTimeFormat(t.locale, { numeric: 'auto' });
  if (minutes > -1) return t.now;
  if (minutes > -60) return words.format(minutes, 'minute');
  if (minutes > -60 * 24) return words.format(Math.round(minutes / 60), 'hour');
  if (minutes > -60 * 24 * 7) return words.format(Math.round(minutes / 1440), 'day');
  return momentOf(at);
}
