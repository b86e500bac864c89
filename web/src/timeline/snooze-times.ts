import { dayAfter, momentAt, wallTime } from './wall-clock';

export type SnoozePreset = 'hour' | 'later' | 'tomorrow' | 'monday' | 'week';

/** When each preset ends. A day's first snoozed contacts come back at nine in the morning. */
export function snoozeTimes(now: Date): Record<SnoozePreset, Date> {
  const today = wallTime(now).slice(0, 10);
  const weekday = new Date(`${today}T00:00Z`).getUTCDay();
  const morning = (days: number) => momentAt(`${dayAfter(today, days)}T09:00`);
  return {
    hour: new Date(now.getTime() + 3_600_000),
    later: new Date(now.getTime() + 4 * 3_600_000),
    tomorrow: morning(1),
    // From a Monday it is the next one.
    monday: morning((8 - weekday) % 7 || 7),
    week: morning(7),
  };
}
