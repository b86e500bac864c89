import type { FilterField, FilterNode, FilterOperator } from '../api/types';

// The limits of the server's filters.
export const maxDepth = 5;
export const maxConditions = 50;

export const emptyGroup = (): FilterNode => ({ match: 'all', of: [] });

export const isGroup = (n: FilterNode) => !n.field;

/** A new condition on a field, with its first operator and no value yet. */
export function conditionOn(field: FilterField): FilterNode {
  return withOperator({ field: field.name }, field, field.operators[0]!);
}

/** How many values an operator takes: none, one, two, or any number. */
export function arity(operator: FilterOperator | undefined): 0 | 1 | 2 | 'any' {
  switch (operator) {
    case 'exists':
    case 'not_exists':
      return 0;
    case 'between':
      return 2;
    case 'any_of':
    case 'all_of':
    case 'none_of':
      return 'any';
  }
  return 1;
}

/** The condition compared another way; its values stay as far as they can. */
export function withOperator(
  n: FilterNode,
  field: FilterField,
  operator: FilterOperator,
): FilterNode {
  const count = arity(operator);
  const have = n.value ?? [];
  const out: FilterNode = { field: n.field, operator };
  if (count === 'any') out.value = have.filter(Boolean);
  else if (count > 0) {
    const first = field.kind === 'checkbox' ? 'true' : '';
    out.value = Array.from({ length: count }, (_, i) => have[i] ?? first);
  }
  if (field.kind === 'duration' && count !== 0) out.unit = n.unit || 'hours';
  return out;
}

/** How many conditions a tree has. */
export function countConditions(n: FilterNode): number {
  return n.field ? 1 : (n.of ?? []).reduce((sum, part) => sum + countConditions(part), 0);
}

/** Whether every condition has what it compares with, and every group below the first a part. */
export function isComplete(n: FilterNode, top = true): boolean {
  if (!n.field) {
    const parts = n.of ?? [];
    return (top || parts.length > 0) && parts.every((p) => isComplete(p, false));
  }
  const count = arity(n.operator);
  const values = n.value ?? [];
  if (count === 'any') return values.length > 0;
  return values.length === count && values.every((v) => v.trim() !== '');
}
