import { afterEach, describe, expect, test } from 'vitest';
import { setZone } from '../format/time';
import { snoozeTimes } from './snooze-times';
import { dayAfter, momentAt, wallTime } from './wall-clock';

afterEach(() => setZone('UTC'));

test.each([
  ['2026-11-24T15:30', '2026-11-25T09:00', '2026-11-30T09:00'], // a Tuesday
  ['2026-11-23T08:00', '2026-11-24T09:00', '2026-11-30T09:00'], // a Monday: the next one
  ['2026-11-29T23:59', '2026-11-30T09:00', '2026-11-30T09:00'], // a Sunday
  ['2026-12-31T10:00', '2027-01-01T09:00', '2027-01-04T09:00'], // over the year
])('presets at %s, wherever the workspace is', (now, tomorrow, monday) => {
  for (const zone of ['UTC', 'America/Guayaquil', 'Asia/Tokyo', 'Pacific/Kiritimati']) {
    setZone(zone);
    const times = snoozeTimes(momentAt(now));
    expect(wallTime(times.tomorrow)).toBe(tomorrow);
    expect(wallTime(times.monday)).toBe(monday);
    expect(times.hour.getTime()).toBe(momentAt(now).getTime() + 3_600_000);
  }
});

describe('the clocks of a zone', () => {
  test.each([
    ['America/Guayaquil', '2026-07-01T09:00', '2026-07-01T14:00:00.000Z'],
    ['Asia/Kathmandu', '2026-07-01T00:10', '2026-06-30T18:25:00.000Z'],
    ['Europe/Madrid', '2026-01-15T09:00', '2026-01-15T08:00:00.000Z'],
    ['Europe/Madrid', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'], // the first after the change
    ['Europe/Madrid', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'], // left out: half past three
    ['Europe/Madrid', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'], // twice: the first
    ['Europe/Madrid', '2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
    ['America/Santiago', '2026-09-06T00:30', '2026-09-06T04:30:00.000Z'], // no midnight that day
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z'], // half an hour is left out
  ])('in %s, %s', (zone, wall, moment) => {
    setZone(zone);
    expect(momentAt(wall).toISOString()).toBe(moment);
  });

  test('agree both ways at every hour of a year', () => {
    for (const zone of ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
      setZone(zone);
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 3_600_000) {
        const wall = wallTime(new Date(at));
        // The second of two that show the same is found as the first.
        expect(wallTime(momentAt(wall))).toBe(wall);
        expect(at - momentAt(wall).getTime()).toBeOneOf([0, 1_800_000, 3_600_000]);
      }
    }
  });

  test('are no moment where nothing was chosen', () => {
    expect(momentAt('').getTime()).toBeNaN();
    expect(dayAfter('2026-02-27', 2)).toBe('2026-03-01');
  });
});
