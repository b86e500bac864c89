import { expect, test } from 'vitest';
import { localInput, snoozeTimes } from './snooze-times';

const at = (s: string) => new Date(s);
const shown = (now: string) =>
  Object.fromEntries(Object.entries(snoozeTimes(at(now))).map(([k, d]) => [k, localInput(d)]));

test.each([
  ['2026-11-24T15:30', '2026-11-25T09:00', '2026-11-30T09:00'], // a Tuesday
  ['2026-11-23T08:00', '2026-11-24T09:00', '2026-11-30T09:00'], // a Monday: the next one
  ['2026-11-29T23:59', '2026-11-30T09:00', '2026-11-30T09:00'], // a Sunday
  ['2026-12-31T10:00', '2027-01-01T09:00', '2027-01-04T09:00'], // over the year
])('presets at %s', (now, tomorrow, monday) => {
  const times = shown(now);
  expect(times.tomorrow).toBe(tomorrow);
  expect(times.monday).toBe(monday);
  expect(times.hour).toBe(localInput(new Date(at(now).getTime() + 3_600_000)));
});
