import { expect, test } from 'vitest';
import emptyEs from './empty-es';
import { en } from './en';
import { es } from './es';

type Tree = { [key: string]: unknown };

function leaves(tree: Tree, path = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    value && typeof value === 'object'
      ? leaves(value as Tree, `${path}${key}.`)
      : [[`${path}${key}`, value] as [string, unknown]],
  );
}

// The compiler checks the keys; this checks what it can't see.
const parts = (language: string) => {
  const files = import.meta.glob<{ default: Tree }>('./*-{en,es}.ts', { eager: true });
  return Object.entries(files).filter(([name]) => name.endsWith(`-${language}.ts`));
};
const spanish = new Map(parts('es'));

test.each([
  ['app', en, es],
  ...parts('en').map(([name, m]) => [
    name,
    m.default,
    spanish.get(name.replace('-en', '-es'))!.default,
  ]),
] as [string, Tree, Tree][])('%s: both languages say the same things', (_, a, b) => {
  const left = new Map(leaves(a));
  const right = new Map(leaves(b));
  expect([...right.keys()].sort()).toEqual([...left.keys()].sort());
  for (const [key, value] of left) {
    const other = right.get(key);
    expect(typeof other, key).toBe(typeof value);
    if (typeof value === 'string') expect(value, key).not.toBe('');
    if (typeof other === 'string') expect(other, key).not.toBe('');
    if (typeof value === 'function') {
      const given = ['1', '2'];
      expect(String((value as (...x: string[]) => string)(...given)), key).not.toContain(
        'undefined',
      );
      expect(String((other as (...x: string[]) => string)(...given)), key).not.toContain(
        'undefined',
      );
    }
  }
});

test('plurals', () => {
  expect(es.unreadCount(1)).toBe('1 mensaje no leído');
  expect(es.unreadCount(3)).toBe('3 mensajes no leídos');
  expect(es.openCount(0)).toBe('0 conversaciones abiertas');
  expect(en.newMessages(1)).toBe('1 new message');
  expect(en.newMessages(0)).toBe('0 new messages');
  expect(es.results(1_000_000)).toBe('1.000.000 contactos encontrados');
});

test('the sentences everybody knows', () => {
  expect(emptyEs.emptyOpen).toBe('Sin conversaciones abiertas. ¡Bien hecho!');
  expect([es.inbox.all, es.inbox.mine, es.inbox.unassigned]).toEqual([
    'Todos',
    'Míos',
    'Sin asignar',
  ]);
});
