import { expect, test } from 'vitest';
import { mayHaveVariables, triggerAt } from './trigger';

test.each([
  ['Hola $', 'variable', '', 5],
  ['Hola $contact.fir', 'variable', 'contact.fir', 5],
  ['$ciudad', 'variable', 'ciudad', 0],
  ['Hola{{$nom', 'variable', 'nom', 6],
  ['/', 'snippet', '', 0],
  ['Hola /salu', 'snippet', 'salu', 5],
  ['línea\n/ñan-dú_1', 'snippet', 'ñan-dú_1', 6],
] as const)('%j asks for a %s', (text, kind, query, from) => {
  expect(triggerAt(text, text.length)).toEqual({ kind, query, from, to: text.length });
});

test.each(['', 'Hola', 'y/o', 'https://x', '$ 5', '/salu do', '1/2'])(
  '%j asks for nothing',
  (text) => expect(triggerAt(text, text.length)).toBeNull(),
);

test('only what stands before the caret counts', () => {
  expect(triggerAt('/salu', 3)?.query).toBe('sa');
  expect(triggerAt('$contact.name y más', 4)?.query).toBe('con');
});

test('the server is asked only where there may be variables', () => {
  expect(mayHaveVariables('Son $100 o US$ 5')).toBe(false);
  expect(mayHaveVariables('{{$Contact.name}}')).toBe(true);
});
