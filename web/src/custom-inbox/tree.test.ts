import { expect, test } from 'vitest';
import type { FilterField } from '../api/types';
import { conditionOn, countConditions, isComplete, withOperator } from './tree';

const field = (kind: FilterField['kind'], operators: FilterField['operators']): FilterField => ({
  name: 'x',
  kind,
  operators,
  options: [],
});

test('a condition keeps its values when it is compared another way', () => {
  const number = field('number', ['is', 'between', 'exists']);
  const one = { ...conditionOn(number), value: ['5'] };
  const two = withOperator(one, number, 'between');
  expect(two).toEqual({ field: 'x', operator: 'between', value: ['5', ''] });
  expect(withOperator(two, number, 'exists')).toEqual({ field: 'x', operator: 'exists' });
  const tags = field('set', ['any_of', 'exists']);
  expect(conditionOn(tags)).toEqual({ field: 'x', operator: 'any_of', value: [] });
  const since = field('duration', ['greater']);
  expect(conditionOn(since)).toEqual({
    field: 'x',
    operator: 'greater',
    value: [''],
    unit: 'hours',
  });
});

test('a tree is complete when nothing in it is left open', () => {
  const full = { field: 'x', operator: 'is', value: ['a'] } as const;
  const open = { field: 'x', operator: 'is', value: [' '] } as const;
  const group = (...of: object[]) => ({ match: 'all' as const, of: of as never[] });
  expect(isComplete(group())).toBe(true);
  expect(isComplete(group(full, group(full)))).toBe(true);
  expect(isComplete(group(full, open))).toBe(false);
  expect(isComplete(group(full, group()))).toBe(false);
  expect(countConditions(group(full, group(full, open)))).toBe(3);
});
