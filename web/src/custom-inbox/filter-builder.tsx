import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { fieldsQuery } from '../api/queries';
import type { FilterField, FilterNode, FilterOperator } from '../api/types';
import { Icon } from '../ui/icon';
import { filterTexts } from './texts';
import { conditionOn, emptyGroup, isGroup, maxDepth, withOperator } from './tree';
import { ValueEditor } from './value-editor';

const conversation = [
  'status',
  'assignee',
  'bot',
  'unread',
  'unreplied',
  'last_message_at',
  'last_incoming_at',
  'since_incoming',
  'channel',
  'last_channel',
];

const groupOf = (name: string) =>
  name.startsWith('$')
    ? 'variables'
    : name.startsWith('field:')
      ? 'custom'
      : conversation.includes(name)
        ? 'conversation'
        : 'contact';

/** A tree of conditions: groups inside groups, each all or any of its parts. */
export function FilterBuilder({
  tree,
  fields,
  onChange,
}: {
  tree: FilterNode;
  fields: FilterField[];
  onChange: (tree: FilterNode) => void;
}) {
  return <Group node={tree} fields={fields} depth={1} onChange={onChange} />;
}

function Group({
  node,
  fields,
  depth,
  onChange,
  onRemove,
}: {
  node: FilterNode;
  fields: FilterField[];
  depth: number;
  onChange: (node: FilterNode) => void;
  onRemove?: () => void;
}) {
  const x = filterTexts.text;
  const id = useId();
  const parts = node.of ?? [];
  const set = (of: FilterNode[]) => onChange({ ...node, of });
  const first = fields.find((f) => f.name === 'tag') ?? fields[0];
  return (
    <fieldset
      className={`min-w-0 ${depth > 1 ? 'rounded-10 border border-line bg-sunken/60 p-3' : ''}`}
    >
      <legend className="sr-only">{x.match}</legend>
      <div className="flex items-center gap-2">
        <select
          aria-label={x.match}
          className="input h-8 w-auto max-w-full text-13"
          value={node.match}
          onChange={(e) => onChange({ ...node, match: e.target.value as 'all' | 'any' })}
        >
          <option value="all">{x.matchAll}</option>
          <option value="any">{x.matchAny}</option>
        </select>
        {onRemove && (
          <button
            type="button"
            className="btn-icon ml-auto size-8"
            aria-label={x.removeGroup}
            onClick={onRemove}
          >
            <Icon name="trash" size={16} />
          </button>
        )}
      </div>
      {parts.length > 0 && (
        <ul className="mt-2.5 grid gap-2">
          {parts.map((part, i) => {
            const change = (next: FilterNode) => set(parts.map((p, j) => (j === i ? next : p)));
            const remove = () => set(parts.filter((_, j) => j !== i));
            return (
              <li key={`${id}-${i}`}>
                {isGroup(part) ? (
                  <Group
                    node={part}
                    fields={fields}
                    depth={depth + 1}
                    onChange={change}
                    onRemove={remove}
                  />
                ) : (
                  <Condition node={part} fields={fields} onChange={change} onRemove={remove} />
                )}
              </li>
            );
          })}
        </ul>
      )}
      <div className="mt-2.5 flex flex-wrap gap-2">
        <button
          type="button"
          className="btn h-8 text-13"
          disabled={!first}
          onClick={() => first && set([...parts, conditionOn(first)])}
        >
          <Icon name="plus" size={14} />
          {x.addCondition}
        </button>
        {depth < maxDepth && (
          <button
            type="button"
            className="btn h-8 text-13"
            onClick={() => set([...parts, emptyGroup()])}
          >
            <Icon name="plus" size={14} />
            {x.addGroup}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function Condition({
  node,
  fields,
  onChange,
  onRemove,
}: {
  node: FilterNode;
  fields: FilterField[];
  onChange: (node: FilterNode) => void;
  onRemove: () => void;
}) {
  const x = filterTexts.text;
  const label = useFieldLabel();
  const field = fields.find((f) => f.name === node.field);
  return (
    <div className="flex flex-wrap items-start gap-2">
      <select
        aria-label={x.field}
        className="input h-9 w-[272px] text-13 max-md:w-full"
        value={field ? node.field : ''}
        onChange={(e) => {
          const next = fields.find((f) => f.name === e.target.value);
          if (next) onChange(conditionOn(next));
        }}
      >
        {!field && <option value="">{node.field}</option>}
        {(['contact', 'custom', 'conversation', 'variables'] as const).map((group) => {
          const own = fields.filter((f) => groupOf(f.name) === group);
          return (
            own.length > 0 && (
              <optgroup key={group} label={x.groups[group]}>
                {own.map((f) => (
                  <option key={f.name} value={f.name}>
                    {label(f.name)}
                  </option>
                ))}
              </optgroup>
            )
          );
        })}
      </select>
      {field ? (
        <>
          <select
            aria-label={x.operator}
            className="input h-9 w-auto text-13"
            value={node.operator}
            onChange={(e) => onChange(withOperator(node, field, e.target.value as FilterOperator))}
          >
            {field.operators.map((o) => (
              <option key={o} value={o}>
                {x.operators[o]}
              </option>
            ))}
          </select>
          <ValueEditor node={node} field={field} onChange={onChange} />
        </>
      ) : (
        <p className="flex-1 py-2 text-13 text-red">{x.unknownField}</p>
      )}
      <button
        type="button"
        className="btn-icon ml-auto size-9"
        aria-label={`${x.removeCondition}: ${label(node.field ?? '')}`}
        onClick={onRemove}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

/** What people call a field: custom ones by their name, variables as they are written. */
function useFieldLabel() {
  const x = filterTexts.text;
  const { data: custom } = useQuery(fieldsQuery);
  return (name: string) =>
    name.startsWith('field:')
      ? (custom?.find((f) => `field:${f.slug}` === name)?.name ?? name)
      : (x.fields[name] ?? name);
}
