import type { Chat } from './chat';
import { h, icon, paths } from './dom';
import { fill } from './text';

const emoji = '😀 😂 😊 😍 😘 😎 🤔 😢 😡 👍 👎 🙏 👏 🙌 💪 👋 ❤️ 💔 🎉 🔥 ⭐ ✅ ❌ ❓ 🌹 🎁 📷 📍 📞 🚚 💳 🕐'.split(' ');

/** The line to write in: text, emoji, files by button, paste and drop. */
export function compose(chat: Chat, panel: HTMLElement): { el: HTMLElement; focus(): void } {
  const { words } = chat;
  const note = h('div', { class: 'foot', role: 'alert', hidden: true });
  const say = (text: string) => {
    note.textContent = text;
    note.hidden = !text;
  };
  const text = h('textarea', { rows: 1, 'aria-label': words.write, placeholder: words.write, maxlength: 4000, dir: 'auto' });
  const go = h('button', { class: 'ic go', type: 'submit', 'aria-label': words.send, disabled: true }, icon(paths.send));
  const picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-label': words.attach });
  const fit = () => {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight + 2, 132)}px`;
    go.disabled = !text.value.trim();
  };
  const send = () => {
    const value = text.value.trim();
    if (!value) return;
    chat.say(value);
    text.value = '';
    say('');
    fit();
  };
  const attach = async (files: Iterable<File>) => {
    for (const f of files) {
      try {
        say(fill(words.upload, { name: f.name }));
        await chat.attach(f, (part) => say(`${fill(words.upload, { name: f.name })} ${Math.round(part * 100)} %`));
        say('');
      } catch (e) {
        say(e instanceof Error && e.message !== 'later' ? e.message : words.notAttached);
        return;
      }
    }
  };
  text.addEventListener('input', () => {
    fit();
    if (text.value) chat.type();
  });
  text.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      send();
    }
  });
  text.addEventListener('paste', (e) => {
    if (e.clipboardData?.files.length) {
      e.preventDefault();
      void attach(e.clipboardData.files);
    }
  });
  picker.addEventListener('change', () => {
    void attach([...(picker.files ?? [])]);
    picker.value = '';
  });
  panel.addEventListener('dragover', (e) => {
    e.preventDefault();
    panel.classList.add('drop');
  });
  panel.addEventListener('dragleave', () => panel.classList.remove('drop'));
  panel.addEventListener('drop', (e) => {
    e.preventDefault();
    panel.classList.remove('drop');
    if (e.dataTransfer?.files.length) void attach(e.dataTransfer.files);
  });

  const faces = h('div', { class: 'emoji', hidden: true, role: 'group', 'aria-label': words.emoji });
  const smile = h(
    'button',
    { class: 'ic', type: 'button', 'aria-label': words.emoji, 'aria-expanded': 'false' },
    icon(paths.smile),
  );
  const showFaces = (on: boolean) => {
    faces.hidden = !on;
    smile.setAttribute('aria-expanded', String(on));
    if (on) faces.querySelector('button')?.focus();
    else text.focus();
  };
  for (const e of emoji) {
    faces.append(
      h(
        'button',
        {
          type: 'button',
          onclick: () => {
            text.setRangeText(e, text.selectionStart, text.selectionEnd, 'end');
            showFaces(false);
            fit();
          },
        },
        e,
      ),
    );
  }
  faces.addEventListener('keydown', (e) => {
    const all = [...faces.querySelectorAll('button')];
    const at = all.indexOf((faces.getRootNode() as ShadowRoot).activeElement as HTMLButtonElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[e.key];
    if (step) {
      e.preventDefault();
      all[(at + step + all.length) % all.length]?.focus();
    } else if (e.key === 'Escape') {
      e.preventDefault();
      showFaces(false);
    }
  });
  smile.addEventListener('click', () => showFaces(faces.hidden));

  const form = h(
    'form',
    {
      class: 'write',
      onsubmit: (e: SubmitEvent) => {
        e.preventDefault();
        send();
        text.focus();
      },
    },
    faces,
    h('button', { class: 'ic', type: 'button', 'aria-label': words.attach, onclick: () => picker.click() }, icon(paths.clip)),
    smile,
    picker,
    text,
    go,
  );
  return { el: h('div', {}, note, form), focus: () => text.focus() };
}
