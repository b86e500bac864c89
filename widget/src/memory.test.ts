import { expect, test, vi } from 'vitest';
import { Memory } from './memory';

test('keeps for the page what can’t be stored, and no older word instead', () => {
  const stored = new Map<string, string>();
  let full = false;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error('full');
      stored.set(key, value);
    },
    removeItem: (key: string) => void stored.delete(key),
  });
  const memory = new Memory('shop');
  memory.set('token', 'first');
  full = true;
  memory.set('token', 'second');
  expect(memory.get('token')).toBe('second');
  full = false;
  memory.set('token', 'third');
  new Memory('shop').set('token', 'of another tab');
  expect(memory.get('token')).toBe('of another tab');

  vi.stubGlobal('localStorage', undefined);
  memory.set('token', 'fourth');
  expect(memory.get('token')).toBe('fourth');
  expect(new Memory('shop').get('token')).toBe('');
});
