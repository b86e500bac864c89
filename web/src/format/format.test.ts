import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setTexts } from '../i18n';
import { en } from '../i18n/en';
import { es } from '../i18n/es';
import { autolink, safeHref } from './autolink';
import { formatPhone } from './phone';
import { fileSize } from './size';
import { ago, dayLabel, fullTime, playTime, rowTime, setZone, timeLeft } from './time';

const now = Date.parse('2026-11-23T19:44:00.000Z'); // 14:44 in Quito
const at = (iso: string) => rowTime(iso, now);

beforeEach(() => setZone('America/Guayaquil'));
afterEach(() => setZone('UTC'));

describe('times', () => {
  test('Spanish', () => {
    setTexts(es);
    expect(at('2026-11-23T19:43:30.000Z')).toBe('ahora');
    expect(at('2026-11-23T19:39:00.000Z')).toBe('5 min');
    expect(at('2026-11-23T12:32:00.000Z')).toBe('07:32');
    expect(at('2026-11-22T23:00:00.000Z')).toBe('ayer');
    expect(at('2026-03-03T15:00:00.000Z')).toBe('3 mar');
    expect(at('2025-03-03T15:00:00.000Z')).toBe('3 mar 2025');
    expect(dayLabel('2026-11-23T12:00:00.000Z', now)).toBe('Hoy');
    expect(dayLabel('2026-11-20T12:00:00.000Z', now)).toBe('Viernes, 20 de noviembre');
    expect(timeLeft('2026-11-24T19:32:00.000Z', now)).toBe('23 h 48 min');
    expect(ago('2026-11-23T19:39:00.000Z', now)).toBe('hace 5 minutos');
  });
  test('English', () => {
    setTexts(en);
    expect(at('2026-11-23T19:43:30.000Z')).toBe('now');
    expect(at('2026-11-22T23:00:00.000Z')).toBe('yesterday');
    expect(at('2026-03-03T15:00:00.000Z')).toBe('Mar 3');
    expect(dayLabel('2026-11-22T12:00:00.000Z', now)).toBe('Yesterday');
    expect(dayLabel('2026-11-20T12:00:00.000Z', now)).toBe('Friday, November 20');
    expect(timeLeft('2026-11-23T20:00:00.000Z', now)).toBe('16 min');
  });
  test('the day is the workspace’s, not the viewer’s', () => {
    setTexts(en);
    // 23:30 of the 22nd in Quito is the 23rd in UTC.
    expect(at('2026-11-23T04:30:00.000Z')).toBe('yesterday');
    setZone('UTC');
    expect(at('2026-11-23T04:30:00.000Z')).toBe('04:30');
  });
  test('the viewer’s own clock is told where it differs', () => {
    setTexts(en);
    expect(fullTime('2026-11-23T19:44:00.000Z')).toContain('(19:44 UTC)');
    setZone('UTC');
    expect(fullTime('2026-11-23T19:44:00.000Z')).not.toContain('(');
  });
  test('an unknown zone falls back instead of failing', () => {
    setZone('Mars/Olympus');
    setTexts(en);
    expect(at('2026-11-23T19:43:30.000Z')).toBe('now');
  });
  test('playing time', () => {
    expect(playTime(0)).toBe('0:00');
    expect(playTime(65.4)).toBe('1:05');
  });
});

test('sizes in the language’s decimal mark', () => {
  setTexts(es);
  expect(fileSize(532)).toBe('532 B');
  expect(fileSize(2_458_123)).toBe('2,3 MB');
  setTexts(en);
  expect(fileSize(2_458_123)).toBe('2.3 MB');
  expect(fileSize(16 << 20)).toBe('16 MB');
});

test('phones', () => {
  expect(formatPhone('+593987654321')).toBe('+593 98 765 4321');
  expect(formatPhone('+12025550123')).toBe('+1 202 555 0123');
  expect(formatPhone('+34612345678')).toBe('+34 61 234 5678');
  expect(formatPhone('0987654321')).toBe('0987654321');
  expect(formatPhone('Valentina')).toBe('Valentina');
});

describe('autolink', () => {
  const links = (text: string) => autolink(text).flatMap((p) => p.href ?? []);
  test('keeps every character of the text', () => {
    const text = 'Vea https://tienda.ec/a(b)?x=1, o www.tienda.ec.';
    expect(
      autolink(text)
        .map((p) => p.text)
        .join(''),
    ).toBe(text);
    expect(links(text)).toEqual(['https://tienda.ec/a(b)?x=1', 'https://www.tienda.ec/']);
  });
  test('leaves sentence marks outside', () => {
    expect(links('(https://a.ec/x).')).toEqual(['https://a.ec/x']);
    expect(links('«https://a.ec»')).toEqual(['https://a.ec/']);
  });
  test('never anything but http and https', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://a.b',
      'file:///etc/passwd',
    ])
      expect(links(text)).toEqual([]);
    expect(safeHref('javascript:alert(1)')).toBeUndefined();
    expect(safeHref('JAVASCRIPT://a.ec/%0aalert(1)')).toBeUndefined();
    expect(safeHref(' https://a.ec ')).toBe('https://a.ec/');
  });
});
