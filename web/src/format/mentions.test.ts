import { expect, test } from 'vitest';
import { mentionQuery, shownText, splitMentions, toTokens } from './mentions';

const users = [
  { id: '1', name: 'Ana' },
  { id: '2', name: 'Ana Pérez' },
  { id: '3', name: 'Ana Pérez' },
  { id: '4', name: 'Beto' },
];

test('tokens are shown as names, unknown ones as they are', () => {
  const content = {
    text: 'hi {{@user.2}}, {{@user.9}}',
    mentions: [{ user_id: '2', name: 'Ana Pérez' }],
  };
  expect(splitMentions(content)).toEqual([
    { text: 'hi ' },
    { text: '@Ana Pérez', userId: '2' },
    { text: ', {{@user.9}}' },
  ]);
  expect(shownText(content)).toBe('hi @Ana Pérez, {{@user.9}}');
});

test('names become tokens: the longest, and who was picked', () => {
  const picked = new Map([['Ana Pérez', '3']]);
  expect(toTokens('@Ana Pérez and @Ana, @Beto!', users, picked).text).toBe(
    '{{@user.3}} and {{@user.1}}, {{@user.4}}!',
  );
  expect(toTokens('@Ana Pérez', users, new Map()).mentions).toHaveLength(1);
  for (const text of ['x@Beto', '@Betosaurus', '@Nobody', 'beto@example.com'])
    expect(toTokens(text, users, picked)).toEqual({ text, mentions: [] });
});

test('what is typed after an @', () => {
  expect(mentionQuery('ask @an', 7)).toEqual({ at: 4, query: 'an' });
  expect(mentionQuery('ask @', 5)).toEqual({ at: 4, query: '' });
  expect(mentionQuery('ask @Ana Pé', 11)).toEqual({ at: 4, query: 'Ana Pé' });
  for (const caret of [-1, 0]) expect(mentionQuery('@an', caret)).toBeUndefined();
  for (const text of ['a@b', 'no at', '@ x', '@Ana Pérez is here now', '@a\nb'])
    expect(mentionQuery(text, text.length)).toBeUndefined();
});
