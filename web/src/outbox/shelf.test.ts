import { expect, test } from 'vitest';
import { Shelf } from './shelf';
import type { Waiting } from './waiting';

/** A browser's storage, which all its tabs see. */
function browser(): Storage {
  const all = new Map<string, string>();
  return {
    get length() {
      return all.size;
    },
    key: (i) => [...all.keys()][i] ?? null,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
    clear: () => all.clear(),
  };
}

const entry = (ref: string, second = 0): Waiting => ({
  ref,
  contactId: 'c',
  at: new Date(Date.UTC(2026, 0, 1, 9, 0, second)).toISOString(),
  state: 'waiting',
  error: '',
});

const refs = (entries: Waiting[]) => entries.map((e) => e.ref);
const nothing = new Set<string>();

test('a tab neither loses nor brings back what another has', () => {
  const storage = browser();
  const one = new Shelf('ana', storage);
  const other = new Shelf('ana', storage);
  const a = entry('a', 2);
  const b = entry('b', 1);
  one.save([a]);
  other.save([b]);
  one.save([]); // sent
  expect(refs(new Shelf('ana', storage).others(nothing))).toEqual(['b']);

  one.save([a]);
  expect(refs(new Shelf('ana', storage).others(nothing))).toEqual(['b', 'a']);
  const third = new Shelf('ana', storage);
  const taken = third.others(new Set(['b']));
  expect(refs(taken)).toEqual(['a']);
  third.save(taken);
  third.save([]); // sent there
  expect(one.isGone('a')).toBe(true);
  expect(one.isGone('b')).toBe(false);
  one.save([{ ...a, state: 'sending' }]);
  expect(refs(new Shelf('ana', storage).others(nothing))).toEqual(['b']);
});

test('somebody else’s stays theirs', () => {
  const storage = browser();
  new Shelf('ana', storage).save([entry('a')]);
  const eva = new Shelf('eva', storage);
  expect(eva.others(nothing)).toEqual([]);
  eva.save([]);
  expect(eva.changed({ key: 'bandeja.outbox.ana.a', newValue: null })).toBeUndefined();
  expect(refs(new Shelf('ana', storage).others(nothing))).toEqual(['a']);
});

test('what another tab did is told', () => {
  const shelf = new Shelf('ana', browser());
  const key = 'bandeja.outbox.ana.a';
  expect(shelf.changed({ key, newValue: null })).toEqual({ ref: 'a', gone: true });
  expect(shelf.changed({ key, newValue: '{}' })).toEqual({ ref: 'a', gone: false });
  expect(shelf.changed({ key: 'bandeja.theme', newValue: null })).toBeUndefined();
  expect(shelf.changed({ key: null, newValue: null })).toBeUndefined();
});

test('where nothing can be stored, the entry lives on', () => {
  const full = browser();
  full.setItem = () => {
    throw new Error('full');
  };
  const shelf = new Shelf('ana', full);
  shelf.save([entry('a')]);
  expect(shelf.isGone('a')).toBe(false);
});

test('what can’t be read is passed over', () => {
  const storage = browser();
  storage.setItem('bandeja.outbox.ana.x', '{');
  new Shelf('ana', storage).save([entry('a')]);
  expect(refs(new Shelf('ana', storage).others(nothing))).toEqual(['a']);
});
