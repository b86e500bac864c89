import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import { post } from '../api/http';
import { tagsQuery } from '../api/queries';
import type { Contact, Tag } from '../api/types';
import { plain } from '../format/plain';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { applyContact } from '../realtime/apply';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { tagDots } from './tag-dots';

/** The contact's tags; what is typed is added, and made where it doesn't exist yet. */
export function Tags({
  contact,
  readOnly,
  wanted,
}: {
  contact: Contact;
  readOnly: boolean;
  /** Whether the details were opened for this; the first who sees it takes it back. */
  wanted: RefObject<boolean>;
}) {
  const x = extraTexts.text;
  const { data: all } = useQuery(tagsQuery);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useShortcuts({ t: () => input.current?.focus() });
  useEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    // After the details, which take the focus where they cover the console.
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [wanted]);
  const carried = contact.tag_ids.flatMap((tag) => all?.find((a) => a.id === tag) ?? []);
  const change = async (body: { add?: string[]; remove?: string[] }) => {
    setBusy(true);
    try {
      applyContact(await post('/contacts/{id}/tags', { params: { id: contact.id }, body }));
      setText('');
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const take = async (tag: Tag) => {
    if (!(await change({ remove: [tag.id] }))) return;
    toast(x.tagRemoved(tag.name), {
      action: { label: t.undo, run: () => void change({ add: [tag.name] }) },
    });
  };
  return (
    <div className="grid gap-2">
      {carried.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {carried.map((tag) => (
            <li
              key={tag.id}
              className="inline-flex max-w-full items-center gap-1.5 rounded-full border border-line bg-sunken py-0.5 pr-1 pl-2 text-12"
            >
              <span
                className="size-2 shrink-0 rounded-full"
                style={{ background: tagDots[tag.color] }}
              />
              <span className="truncate">
                {tag.emoji && `${tag.emoji} `}
                {tag.name}
              </span>
              {readOnly ? (
                <span className="w-1" />
              ) : (
                <button
                  type="button"
                  className="inline-flex size-6 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-text"
                  aria-label={x.removeTag(tag.name)}
                  disabled={busy}
                  onClick={() => void take(tag)}
                >
                  <Icon name="close" size={12} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (text.trim() && !busy) void change({ add: [text.trim()] });
          }}
        >
          <input
            ref={input}
            list={id}
            aria-label={x.addTag}
            placeholder={x.addTag}
            autoComplete="off"
            maxLength={255}
            className="input h-8 text-13"
            value={text}
            onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => {
              if (e.key !== 'Escape') return;
              e.preventDefault(); // the drawer stays
              e.currentTarget.blur();
            }}
          />
          <datalist id={id}>
            {all
              ?.filter(
                (a) => !contact.tag_ids.includes(a.id) && plain(a.name).includes(plain(text)),
              )
              .slice(0, 50)
              .map((a) => (
                <option key={a.id} value={a.name} />
              ))}
          </datalist>
        </form>
      )}
    </div>
  );
}
