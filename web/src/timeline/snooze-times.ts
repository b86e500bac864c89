/** The hour at which a day's first snoozed contacts come back. */
const morning = 9;

export type SnoozePreset = 'hour' | 'later' | 'tomorrow' | 'monday' | 'week';

/** When each preset ends, in the viewer's own time. */
export function snoozeTimes(now: Date): Record<SnoozePreset, Date> {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  return {
    hour: new Date(now.getTime() + 3_600_000),
    later: new Date(now.getTime() + 4 * 3_600_000),
    tomorrow: at(1, morning),
    // From a Monday it is the next one.
    monday: at((8 - now.getDay()) % 7 || 7, morning),
    week: at(7, morning),
  };
}

/** A moment as an input of type datetime-local has it. */
export function localInput(d: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}
