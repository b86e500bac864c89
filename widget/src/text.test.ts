import { describe, expect, it } from 'vitest';
import { inkOn } from './styles';
import { dayName, links, words } from './text';

describe('links', () => {
  it.each([
    ['no link', ['no link']],
    ['see https://a.example/x?y=1. Bye', ['see ', '>https://a.example/x?y=1', '. Bye']],
    ['(http://a.example)', ['(', '>http://a.example', ')']],
    ['javascript:alert(1) data:text/html,x', ['javascript:alert(1) data:text/html,x']],
    ['https://', ['https://']],
  ])('%s', (text, want) => {
    expect(links(text).map((p) => (p.href ? `>${p.text}` : p.text))).toEqual(want);
  });
});

describe('words', () => {
  it('says everything in both languages', () => {
    expect(Object.keys(words('es')).sort()).toEqual(Object.keys(words('en')).sort());
    for (const [k, v] of Object.entries(words('es'))) if (!['Emoji'].includes(v)) expect(v, k).not.toBe('');
  });
  it('names days', () => {
    const now = new Date(2026, 10, 23, 9);
    expect(dayName(new Date(2026, 10, 23, 1), 'es', now)).toBe('Hoy');
    expect(dayName(new Date(2026, 10, 22, 23), 'en', now)).toBe('Yesterday');
    expect(dayName(new Date(2026, 10, 3), 'es', now)).toBe('3 de noviembre');
  });
});

describe('inkOn', () => {
  it.each([
    ['#0f6b63', '#ffffff'],
    ['#ffe14d', '#000000'],
    ['#000', '#ffffff'],
    ['#fff', '#000000'],
    ['#767676', '#000000'],
  ])('%s', (color, want) => expect(inkOn(color)).toBe(want));
});
