import { shownZone } from '../format/time';

// Times are picked as the screen shows them: by the clocks of the workspace's zone,
// wherever the browser is.

const formatters = new Map<string | undefined, Intl.DateTimeFormat>();

/** What calendars and clocks show at a moment, as an input of type datetime-local has it. */
export function wallTime(at: Date): string {
  const zone = shownZone();
  let f = formatters.get(zone);
  if (!f) {
    f = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(zone, f);
  }
  const of = Object.fromEntries(f.formatToParts(at).map((p) => [p.type, p.value]));
  return `${of.year!.padStart(4, '0')}-${of.month}-${of.day}T${of.hour}:${of.minute}`;
}

/**
 * The moment at which clocks show a time. Of a time that comes twice, as clocks are put
 * back, it is the first; one that is left out is as much later as was left out.
 */
export function momentAt(wall: string): Date {
  const asUTC = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUTC)) return new Date(Number.NaN);
  const ahead = (at: number) => Date.parse(`${wallTime(new Date(at))}Z`) - at;
  // Before any change near that time, and after it.
  const before = asUTC - ahead(asUTC - 86_400_000);
  if (wallTime(new Date(before)) === wall) return new Date(before);
  const after = asUTC - ahead(asUTC + 86_400_000);
  return new Date(wallTime(new Date(after)) === wall ? after : before);
}

/** A day some days after another, both as an input of type date has them. */
export const dayAfter = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
