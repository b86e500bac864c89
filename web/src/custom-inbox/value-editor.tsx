import { useQuery } from '@tanstack/react-query';
import { channelsQuery, tagsQuery, teamsQuery, usersQuery } from '../api/queries';
import type { FilterField, FilterNode } from '../api/types';
import { type Choice, countryChoices, languageChoices } from '../drawer/country-names';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { filterTexts } from './texts';
import { arity } from './tree';

/** What a condition compares with: a text, a number, a day, a choice, several of them. */
export function ValueEditor({
  node,
  field,
  onChange,
}: {
  node: FilterNode;
  field: FilterField;
  onChange: (node: FilterNode) => void;
}) {
  const x = filterTexts.text;
  const choices = useChoices(field);
  const count = arity(node.operator);
  const values = node.value ?? [];
  const set = (value: string[]) => onChange({ ...node, value });
  if (count === 0) return null;
  if (count === 'any') return <Several values={values} choices={choices} onChange={set} />;
  if (choices)
    return (
      <select
        aria-label={x.value}
        className="input h-9 w-auto max-w-[min(14rem,100%)] text-13"
        value={values[0] ?? ''}
        onChange={(e) => set([e.target.value])}
      >
        {field.kind !== 'checkbox' && <option value="">{x.choose}</option>}
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {c.label}
          </option>
        ))}
      </select>
    );
  const type =
    field.kind === 'number' || field.kind === 'duration'
      ? 'number'
      : field.kind === 'date' || field.kind === 'timestamp'
        ? 'date'
        : field.kind === 'time'
          ? 'time'
          : 'text';
  const input = (i: number, label: string) => (
    <input
      key={i}
      type={type}
      aria-label={label}
      className={`input h-9 text-13 ${type === 'text' ? 'w-44' : type === 'number' ? 'w-24' : 'w-auto'}`}
      step="any"
      min={field.kind === 'duration' ? 0 : undefined}
      maxLength={200}
      value={(values[i] ?? '').slice(0, type === 'date' ? 10 : undefined)}
      onChange={(e) => set(values.map((v, j) => (j === i ? e.target.value : v)))}
    />
  );
  return (
    <>
      {count === 2 ? [input(0, x.from), input(1, x.to)] : input(0, x.value)}
      {field.kind === 'duration' && (
        <select
          aria-label={x.unit}
          className="input h-9 w-auto text-13"
          value={node.unit || 'hours'}
          onChange={(e) => onChange({ ...node, unit: e.target.value as 'hours' })}
        >
          {(['minutes', 'hours', 'days'] as const).map((u) => (
            <option key={u} value={u}>
              {x.units[u]}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

function Several({
  values,
  choices,
  onChange,
}: {
  values: string[];
  choices: Choice[] | undefined;
  onChange: (values: string[]) => void;
}) {
  const x = filterTexts.text;
  const label = (v: string) => choices?.find((c) => c.value === v)?.label ?? v;
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
      {values.map((v) => (
        <span
          key={v}
          className="inline-flex max-w-full items-center gap-1 rounded-full border border-line bg-surface py-0.5 pr-1 pl-2.5 text-13"
        >
          <span className="truncate">{label(v)}</span>
          <button
            type="button"
            className="inline-flex size-6 items-center justify-center rounded-full text-muted hover:bg-hover"
            aria-label={x.removeValue(label(v))}
            onClick={() => onChange(values.filter((o) => o !== v))}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <select
        aria-label={x.addValue}
        className="input h-9 w-auto max-w-[min(12rem,100%)] text-13"
        value=""
        onChange={(e) => e.target.value && onChange([...values, e.target.value])}
      >
        <option value="">{x.addValue}</option>
        {choices
          ?.filter((c) => !values.includes(c.value))
          .map((c) => (
            <option key={c.value} value={c.value}>
              {c.label}
            </option>
          ))}
      </select>
    </div>
  );
}

/** What a field can be, where that is a list; undefined where anything can be typed. */
function useChoices(field: FilterField): Choice[] | undefined {
  const x = filterTexts.text;
  const need = (name: string) => ({ enabled: field.name === name });
  const { data: tags } = useQuery({ ...tagsQuery, ...need('tag') });
  const { data: channels } = useQuery({
    ...channelsQuery,
    enabled: field.name === 'channel' || field.name === 'last_channel',
  });
  const { data: users } = useQuery({ ...usersQuery, ...need('assignee') });
  const { data: teams } = useQuery({ ...teamsQuery, ...need('$assignee.team') });
  const named = (list: { id: string; name: string }[] | undefined) =>
    (list ?? []).map((i) => ({ value: i.id, label: i.name }));
  switch (field.name) {
    case 'tag':
      return named(tags);
    case 'channel':
    case 'last_channel':
      return named(channels);
    case 'assignee':
      return named(users);
    case '$assignee.team':
      return named(teams);
    case 'country':
      return countryChoices('');
    case 'language':
      return languageChoices('');
    case 'status':
      return (['open', 'closed', 'snoozed'] as const).map((value) => ({
        value,
        label: t.statusOf[value],
      }));
  }
  if (field.kind === 'checkbox') {
    const [yes, no] = field.name === 'bot' ? [x.on, x.off] : [x.yes, x.no];
    return [
      { value: 'true', label: yes },
      { value: 'false', label: no },
    ];
  }
  return field.options.length ? field.options.map((o) => ({ value: o, label: o })) : undefined;
}
