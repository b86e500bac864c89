import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../styles.css', import.meta.url), 'utf8');

function tokens(selector: string) {
  const block = css.slice(css.indexOf(`${selector} {`));
  const body = block.slice(0, block.indexOf('}'));
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]),
  );
}

function luminance(hex: string) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const v = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string) {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

const grounds = ['bg', 'surface', 'sunken', 'hover'];
const pairs: [string, string, number][] = [
  ...['text', 'muted', 'faint', 'accent', 'red', 'amber-ink'].flatMap((ink) =>
    grounds.map((ground): [string, string, number] => [ink, ground, 4.5]),
  ),
  ['text', 'tint', 4.5],
  ['muted', 'tint', 4.5],
  ['accent', 'tint', 4.5],
  ['accent-ink', 'accent', 4.5],
  ['accent-ink', 'accent-hover', 4.5],
  ['amber-ink', 'amber', 4.5],
  ['red', 'red-tint', 4.5],
  ['green', 'surface', 4.5],
  ['surface', 'red', 4.5],
  ['surface', 'text', 4.5],
  // Edges of controls and marks that carry meaning.
  ['line-strong', 'surface', 3],
  ['blue', 'sunken', 3],
];

test.each([
  ['light', ':root'],
  ['dark', ':root[data-theme="dark"]'],
  ['dark by the system', ':root:not([data-theme="light"])'],
])('%s: every pair can be read', (_, selector) => {
  const t = tokens(selector);
  for (const [ink, ground, least] of pairs)
    expect(contrast(t[ink]!, t[ground]!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(least);
});

test('both ways into the dark theme hold the same values', () => {
  expect(tokens(':root:not([data-theme="light"])')).toEqual(tokens(':root[data-theme="dark"]'));
});
