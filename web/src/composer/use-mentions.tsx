import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, Suspense, useEffect, useRef, useState } from 'react';
import { teamsQuery, useMe, usersQuery } from '../api/queries';
import type { Contact, User } from '../api/types';
import { mentionQuery, toTokens } from '../format/mentions';
import { plain } from '../format/plain';
import { lazyWithTexts } from '../i18n/lazy-with';
import { atOnce } from './at-once';

const MentionList = lazyWithTexts(() => import('./mention-list'));

/**
 * Naming colleagues in a comment: what is typed after an @ narrows a list above the
 * box, arrows and Enter or Tab choose, Escape leaves it.
 */
export function useMentions(
  contact: Contact,
  on: boolean,
  text: string,
  setText: (text: string) => void,
  input: RefObject<HTMLTextAreaElement | null>,
) {
  const me = useMe();
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const [caret, setCaret] = useState(0);
  const [cursor, setCursor] = useState(0);
  const [left, setLeft] = useState(-1); // the @ whose list was closed
  const picked = useRef(new Map<string, string>());
  const typed = on ? mentionQuery(text, Math.min(caret, text.length)) : undefined;
  const words = typed && plain(typed.query);
  const found =
    typed && typed.at !== left
      ? users
          .filter((u) =>
            plain(u.name)
              .split(' ')
              .some((_, i, all) => all.slice(i).join(' ').startsWith(words!)),
          )
          .sort(
            (a, b) =>
              Number(a.id === me.user.id) - Number(b.id === me.user.id) ||
              a.name.localeCompare(b.name),
          )
          .slice(0, 50)
      : [];
  // A name that stands there whole needs no list any more.
  const whole = typed && users.some((u) => typed.query === `${u.name} `);
  const open = found.length > 0 && !whole;
  const at = Math.min(cursor, found.length - 1);
  useEffect(() => {
    const el = input.current;
    if (!on || !el) return;
    const follow = () => setCaret(document.activeElement === el ? el.selectionStart : -1);
    document.addEventListener('selectionchange', follow);
    return () => document.removeEventListener('selectionchange', follow);
  }, [on, input]);

  const pick = (u: User) => {
    if (!typed) return;
    picked.current.set(u.name, u.id);
    const rest = text.slice(caret).replace(/^ /, '');
    const to = typed.at + u.name.length + 2;
    const change = () => {
      setText(`${text.slice(0, typed.at)}@${u.name} ${rest}`);
      setCursor(0);
      setCaret(to);
    };
    atOnce(input, change, { from: to });
  };
  const inTeam = (a: string, b: string) =>
    teams.some((team) => team.user_ids.includes(a) && team.user_ids.includes(b));
  /** Whether somebody may know of this contact; others can be named, and hear nothing. */
  const sees = (u: User) =>
    u.role !== 'agent' ||
    u.visibility === 'all' ||
    u.id === contact.assignee_id ||
    (u.visibility === 'team' && contact.assignee_id !== null && inTeam(u.id, contact.assignee_id));

  return {
    /** Call it with every change: the caret may stand elsewhere than before. */
    moved: (el: HTMLTextAreaElement) => {
      setCaret(el.selectionStart);
      setCursor(0);
      if (left >= 0 && el.value[left] !== '@') setLeft(-1);
    },
    /** True where the key was the list's. */
    onKeyDown: (e: KeyboardEvent): boolean => {
      if (!open || e.nativeEvent.isComposing) return false;
      if (e.key === 'ArrowDown') setCursor((at + 1) % found.length);
      else if (e.key === 'ArrowUp') setCursor((at + found.length - 1) % found.length);
      else if (e.key === 'Enter' || e.key === 'Tab') pick(found[at]!);
      else if (e.key === 'Escape') setLeft(typed!.at);
      else return false;
      e.preventDefault();
      e.stopPropagation();
      return true;
    },
    /** Of the text box, so that screen readers follow the list. */
    attributes: on
      ? ({
          'aria-autocomplete': 'list',
          'aria-controls': open ? 'mentions' : undefined,
          'aria-activedescendant': open ? `mention-${found[at]!.id}` : undefined,
        } as const)
      : {},
    list: open && (
      <Suspense>
        <MentionList
          users={found}
          at={at}
          me={me.user.id}
          sees={sees}
          onPoint={setCursor}
          onPick={pick}
        />
      </Suspense>
    ),
    /** What is sent for what was written. */
    content: (written: string) => toTokens(written, users, picked.current),
  };
}
