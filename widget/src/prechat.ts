import type { Chat } from './chat';
import { h } from './dom';
import type { Problem } from './queue';

export interface Form {
  el: HTMLElement;
  refuse(p: Problem): void;
}

/** The form before the first message, as the operator has set it. */
export function prechat(chat: Chat): Form {
  const { words, config } = chat;
  const asked = (['name', 'email', 'phone'] as const).filter((f) => config.prechat[f] !== 'hidden');
  const inputs = new Map<string, { input: HTMLInputElement; err: HTMLElement }>();
  const rows = asked.map((f) => {
    const err = h('div', { class: 'err', id: `e-${f}`, hidden: true });
    const required = config.prechat[f] === 'required';
    const input = h('input', {
      id: `f-${f}`,
      type: { name: 'text', email: 'email', phone: 'tel' }[f],
      autocomplete: { name: 'name', email: 'email', phone: 'tel' }[f],
      'aria-describedby': `e-${f}`,
      'aria-required': required || undefined,
      maxlength: 254,
    });
    inputs.set(f, { input, err });
    return h('div', {}, h('label', { for: `f-${f}` }, words[f], required ? null : ` (${words.optional})`), input, err);
  });
  const button = h('button', { class: 'primary', type: 'submit' }, words.begin);
  const wrong = (field: string, text: string) => {
    const f = inputs.get(field);
    if (!f) return;
    f.err.textContent = text;
    f.err.hidden = !text;
    if (text) f.input.setAttribute('aria-invalid', 'true');
    else f.input.removeAttribute('aria-invalid');
  };
  const el = h(
    'form',
    {
      class: 'pre',
      novalidate: true,
      onsubmit: (e: SubmitEvent) => {
        e.preventDefault();
        const values: Record<string, string> = {};
        let first: HTMLInputElement | undefined;
        for (const [f, { input }] of inputs) {
          values[f] = input.value.trim();
          const missing = config.prechat[f] === 'required' && !values[f];
          wrong(f, missing ? words.required : '');
          if (missing) first ??= input;
        }
        if (first) first.focus();
        else {
          button.disabled = true;
          chat.answer(values);
        }
      },
    },
    ...rows,
    button,
  );
  return {
    el,
    refuse: (p) => {
      button.disabled = false;
      for (const e of p.errors ?? []) wrong(e.field, e.detail);
      inputs.get(p.errors?.[0]?.field ?? '')?.input.focus();
    },
  };
}
