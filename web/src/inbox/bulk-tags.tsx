import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { tagsQuery } from '../api/queries';
import type { Tag } from '../api/types';
import { tagDots } from '../drawer/tag-dots';
import { plain } from '../format/plain';
import { Icon } from '../ui/icon';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { bulkTexts } from './bulk-texts';

/** Chooses a tag that many contacts get or lose; what doesn't exist yet can be made. */
export default function BulkTags({
  onPick,
}: {
  onPick: (change: { add?: string[]; remove?: string[] }) => void;
}) {
  const x = bulkTexts.text;
  const { data: tags = [] } = useQuery(tagsQuery);
  const input = useFocusOnMount<HTMLInputElement>();
  const [removing, setRemoving] = useState(false);
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const id = useId();
  const found: (Tag | null)[] = tags.filter((tag) => plain(tag.name).includes(plain(text.trim())));
  // null stands for the one that would be made.
  if (!removing && text.trim() && !tags.some((tag) => plain(tag.name) === plain(text.trim())))
    found.push(null);
  const at = Math.min(cursor, found.length - 1);
  const pick = (tag: Tag | null) =>
    onPick(removing ? { remove: [tag!.id] } : { add: [tag?.name ?? text.trim()] });
  return (
    <div className="flex w-72 flex-col">
      <fieldset aria-label={x.tag} className="flex gap-1 p-2 pb-0">
        {[false, true].map((it) => (
          <button
            key={String(it)}
            type="button"
            aria-pressed={removing === it}
            className={`h-7 flex-1 rounded-6 text-13 hover:bg-hover ${removing === it ? 'bg-tint font-medium text-accent' : 'text-muted'}`}
            onClick={() => {
              setRemoving(it);
              input.current?.focus();
            }}
          >
            {it ? x.tagRemove : x.tagAdd}
          </button>
        ))}
      </fieldset>
      <div className="p-2">
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length ? `${id}-${at}` : undefined}
          aria-label={removing ? x.findTagToRemove : x.findTag}
          placeholder={removing ? x.findTagToRemove : x.findTag}
          autoComplete="off"
          maxLength={255}
          className="input h-[34px]"
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            setCursor(0);
          }}
          onKeyDown={(e) => {
            if (e.key === 'ArrowDown') setCursor(Math.min(found.length - 1, at + 1));
            else if (e.key === 'ArrowUp') setCursor(Math.max(0, at - 1));
            else if (e.key === 'Enter' && found.length) pick(found[at] ?? null);
            else return;
            e.preventDefault();
          }}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={x.tag}
        className="max-h-64 overflow-y-auto p-1 pt-0"
      >
        {found.map((tag, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            key={tag?.id ?? 'new'}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            className="menu-item"
            onPointerMove={() => setCursor(i)}
            onClick={() => pick(tag)}
          >
            {tag ? (
              <span
                className="mx-1 size-2 shrink-0 rounded-full"
                style={{ background: tagDots[tag.color] }}
              />
            ) : (
              <Icon name="plus" size={16} />
            )}
            <span className="min-w-0 truncate">
              {tag ? `${tag.emoji ? `${tag.emoji} ` : ''}${tag.name}` : x.newTag(text.trim())}
            </span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-4 pb-4 text-13 text-muted">{x.noTag}</p>}
    </div>
  );
}
