import { useEffect, useRef } from 'react';

export type Keys = Record<string, (e: KeyboardEvent) => void>;

interface Layer {
  current: Keys;
  above?: boolean;
}

// The last one mounted is asked first, so a page's keys win over the frame's; before it
// those that are above, whatever is opened meanwhile.
const layers: Layer[] = [];
let chord = '';
let chordTimer = 0;
// A panel that closes by this very key is gone by the time the key arrives here,
// so whether one was open is noted before anybody else hears of the key.
let floating = false;
const note = () => {
  floating = document.querySelector(floatingParts) !== null;
};

/** Keys that act anywhere outside text fields: 'j', 'g m', 'Shift+R', 'Ctrl+k'. */
export function useShortcuts(keys: Keys, above = false) {
  const latest: Layer = useRef(keys);
  latest.current = keys;
  latest.above = above;
  useEffect(() => {
    layers.push(latest);
    if (layers.length === 1) {
      window.addEventListener('keydown', note, true);
      document.addEventListener('keydown', onKey);
    }
    return () => {
      layers.splice(layers.indexOf(latest), 1);
      if (layers.length > 0) return;
      window.removeEventListener('keydown', note, true);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

export function isTextField(target: EventTarget | null) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement &&
        !['checkbox', 'radio', 'button', 'range', 'submit'].includes(target.type)))
  );
}

// An expanded button counts too: its panel may still be loading, and what is
// typed meanwhile is meant for the panel.
const floatingParts =
  '[role="dialog"], [role="menu"], [aria-haspopup][aria-expanded="true"], [data-holds-keys]';

function onKey(e: KeyboardEvent) {
  if (e.defaultPrevented || e.isComposing || e.altKey) return;
  if (e.ctrlKey || e.metaKey) {
    if (!e.shiftKey) run(`Ctrl+${e.key.toLowerCase()}`, e);
    return;
  }
  if (floating || isTextField(e.target)) return;
  // Space and Enter belong to the focused control.
  if (
    (e.key === 'Enter' || e.key === ' ') &&
    e.target instanceof HTMLElement &&
    e.target.closest('button,a')
  )
    return;
  const key = e.key.length === 1 && e.shiftKey && /[a-z]/i.test(e.key) ? `Shift+${e.key}` : e.key;
  if (chord) {
    const whole = `${chord} ${key}`;
    clearChord();
    if (run(whole, e)) return;
  }
  if (layers.some((l) => Object.keys(l.current).some((k) => k.startsWith(`${key} `)))) {
    chord = key;
    chordTimer = window.setTimeout(clearChord, 1200);
    return;
  }
  run(key, e);
}

function clearChord() {
  clearTimeout(chordTimer);
  chord = '';
}

/** Does what a key does, for whoever chose it by its words. */
export const press = (key: string) => run(key, new KeyboardEvent('keydown', { key }));

/** Whether a key does something where one is. */
export const acts = (key: string) => layers.some((l) => l.current[key]);

function run(key: string, e: KeyboardEvent) {
  const asked = layers.toReversed().sort((a, b) => Number(b.above) - Number(a.above));
  for (const layer of asked) {
    const action = layer.current[key];
    if (action) {
      e.preventDefault();
      action(e);
      return true;
    }
  }
  return false;
}
