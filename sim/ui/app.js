// The simulator's page. State lives on the server; the page shows it and asks
// again whenever the server says that something changed.
import { words } from './words.js';

const $ = (id) => document.getElementById(id);
const store = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } },
};

let lang = store.get('lang') || (navigator.language.startsWith('en') ? 'en' : 'es');
let state = { accounts: [] };
let chosen = readHash();
let shown = { messages: [] };
let shownText = '';
let reply = null;   // the message that is being answered or edited
let editing = false;

const w = (key) => words[lang][key] ?? key;

// el makes an element: attributes, listeners (onclick…) and children.
function el(tag, attrs = {}, ...children) {
  const node = tag === 'svg' || tag === 'use' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || (value === false && !key.startsWith('aria-'))) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key.startsWith('aria-')) node.setAttribute(key, String(value));
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}
const svg = (name, cls) => el('svg', { class: cls, 'aria-hidden': 'true' }, el('use', { href: '#' + name }));

function readHash() {
  const [account, person] = location.hash.slice(1).split('/').map(decodeURIComponent);
  return account && person ? { account, person } : null;
}

async function api(method, path, body) {
  const res = await fetch('/sim/' + path, {
    method, headers: body ? { 'Content-Type': 'application/json' } : {}, body: body && JSON.stringify(body),
  });
  const data = res.status === 204 ? null : await res.json();
  if (!res.ok) throw new Error(data.error);
  return data;
}

function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $('toast').hidden = true; }, 4000);
}

const personPath = () => `accounts/${encodeURIComponent(chosen.account)}/people/${encodeURIComponent(chosen.person)}`;
const account = () => state.accounts.find((a) => a.id === chosen?.account);
const person = () => account()?.people.find((p) => p.id === chosen?.person);

async function act(body) {
  try { await api('POST', personPath(), body); } catch (err) { toast(err.message.replace(/^sim: /, '')); }
}

// refresh asks for everything that is on the screen; calls while one is on its
// way are made into one more.
let busy = false, again = false;
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      state = await api('GET', 'state');
      if (!person()) {
        const first = state.accounts.find((a) => a.kind === 'whatsapp' && a.people.length) ?? state.accounts.find((a) => a.people.length);
        chosen = first ? { account: first.id, person: first.people[0].id } : null;
      }
      if (chosen) shown = await api('GET', personPath());
      render();
    } while (again);
    if ($('toast').dataset.offline) { $('toast').hidden = true; delete $('toast').dataset.offline; }
  } catch {
    toast(w('offline'));
    $('toast').dataset.offline = 'yes';
  } finally { busy = false; }
}

const initials = (name) => name.split(/\s+/).slice(0, 2).map((p) => p[0]).join('').toUpperCase();
const color = (id) => 'c' + [...id].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 6, 0);
const time = (at) => new Date(at).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' });
const day = (at) => new Date(at).toLocaleDateString(lang, { weekday: 'long', day: 'numeric', month: 'long' });

function summary(m) {
  if (!m) return '';
  if (m.deleted) return w('deleted');
  if (m.text) return m.text;
  return { image: w('photo'), video: w('video'), audio: w('audio'), voice: w('voice') }[m.kind] ?? w(m.kind);
}

function render() {
  document.documentElement.lang = lang;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = w(node.dataset.word);
  for (const node of document.querySelectorAll('[data-label]')) { node.setAttribute('aria-label', w(node.dataset.label)); if (node.tagName === 'BUTTON') node.title = w(node.dataset.label); }
  for (const node of document.querySelectorAll('[data-placeholder]')) node.placeholder = w(node.dataset.placeholder);
  for (const node of document.querySelectorAll('[data-lang]')) node.setAttribute('aria-pressed', node.dataset.lang === lang);
  document.title = 'Bandeja · ' + w('simulator');
  renderPeople();
  $('phone').hidden = !chosen;
  if (!chosen) return;
  renderPhone();
  renderSide();
}

function renderPeople() {
  const focused = document.activeElement?.dataset?.key;
  $('people').replaceChildren(...state.accounts.map((a) => el('div', { class: 'group' },
    el('div', { class: 'account' }, svg('g-' + a.kind, 'glyph'), el('strong', {}, a.name),
      el('span', { class: 'state' + (a.connected ? ' on' : '') }, a.connected ? w('connected') : w('waiting'))),
    ...a.people.map((p) => el('button', {
      type: 'button', class: 'person', 'data-key': a.id + '/' + p.id, 'aria-current': a.id === chosen?.account && p.id === chosen?.person,
      onclick: () => { location.hash = encodeURIComponent(a.id) + '/' + encodeURIComponent(p.id); },
    },
      el('span', { class: 'face' }, el('span', { class: 'avatar ' + color(p.id) }, initials(p.name)), svg('g-' + a.kind, 'glyph')),
      el('span', { class: 'name' }, p.name),
      el('span', { class: 'when' }, p.last ? time(p.last.at) : ''),
      el('span', { class: 'last' }, p.typing ? w('typing') : p.last ? (p.last.mine ? w('you') + ': ' : '') + summary(p.last) : (p.username ? '@' + p.username : '+' + p.id)))))));
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function renderPhone() {
  const a = account(), p = person();
  $('business').textContent = a.name;
  $('business-avatar').textContent = initials(a.name);
  $('business-avatar').className = 'avatar ' + color(a.id);
  $('presence').textContent = p.typing ? w('typing') : a.kind === 'telegram' ? w('bot') : w('business');
  $('presence').className = p.typing ? 'typing' : '';
  $('phone-glyph').replaceChildren(el('use', { href: '#g-' + a.kind }));
  $('whose').textContent = `${w('phoneOf')} ${p.name}`;

  const text = lang + JSON.stringify([chosen, shown.messages]);
  if (text === shownText) return;
  shownText = text;
  const chat = $('chat');
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
  const rows = [];
  let previous = null;
  for (const m of shown.messages) {
    if (!previous || day(previous.at) !== day(m.at)) { rows.push(el('div', { class: 'day' }, day(m.at))); previous = null; }
    rows.push(bubble(m, previous?.mine === m.mine));
    previous = m;
  }
  if (!rows.length) rows.push(el('div', { class: 'blank' }, el('strong', {}, w('empty')), w('emptyHint')));
  else rows.unshift(el('div', { class: 'spacer' }));
  chat.replaceChildren(...rows);
  if (atEnd || shown.messages.at(-1)?.mine) chat.scrollTop = chat.scrollHeight;
}

function bubble(m, same) {
  const quoted = m.reply_to && shown.messages.find((o) => o.id === m.reply_to);
  const bare = m.kind === 'sticker';
  const box = el('div', { class: 'bubble' + (bare ? ' bare' : '') });
  if (quoted) box.append(el('div', { class: 'quoted' }, summary(quoted)));
  if (m.deleted) box.append(el('span', { class: 'gone' }, w('deleted')));
  else {
    if (m.media) box.append(media(m));
    if (m.header) box.append(el('div', { class: 'head' }, m.header));
    if (m.location) box.append(part('i-location', m.location.name || `${m.location.latitude}, ${m.location.longitude}`, m.location.address));
    if (m.contact) box.append(part('i-contact', m.contact.name, m.contact.phone));
    if (m.text) box.append(el('div', {}, m.text));
    if (m.footer) box.append(el('div', { class: 'under' }, m.footer));
  }
  box.append(foot(m));
  const row = el('div', { class: 'row' + (m.mine ? ' mine' : '') + (same ? ' same' : '') }, box);
  const reactions = Object.values(m.reactions ?? {});
  if (reactions.length) row.append(el('span', { class: 'reactions' }, reactions.join(' ')));
  if (m.buttons && !m.deleted) row.append(choices(m));
  row.append(actions(m));
  return row;
}

function foot(m) {
  const ticks = { sent: 'i-tick', delivered: 'i-ticks', read: 'i-ticks' }[m.status ?? 'sent'];
  return el('div', { class: 'foot' }, m.edited ? w('edited') + ' ·' : '', el('time', { datetime: m.at }, time(m.at)),
    m.mine && ticks ? el('span', { class: m.status === 'read' ? 'read' : '' }, svg(ticks)) : '',
    m.status === 'failed' ? el('span', { class: 'bad', title: m.error }, w('failed')) : '');
}

const part = (icon, title, below) => el('div', { class: 'part' }, svg(icon), el('div', {}, el('b', {}, title), below ? el('span', { class: 'meta' }, below) : ''));

function media(m) {
  const address = /^https?:/.test(m.media.id) ? m.media.id : `/sim/accounts/${encodeURIComponent(chosen.account)}/media/${m.media.id}`;
  const size = m.media.size > 1023 ? Math.round(m.media.size / 1024) + ' KB' : (m.media.size || '?') + ' B';
  if ((m.kind === 'image' || m.kind === 'sticker' || m.media.mime?.startsWith('image/')) && address.startsWith('/')) {
    return el('img', { src: address, alt: m.media.name || w('photo'), class: m.kind === 'sticker' ? 'sticker' : null, loading: 'lazy' });
  }
  if (m.kind === 'voice' || m.kind === 'audio') return el('div', { class: 'part' }, svg('i-voice'), el('span', { class: 'wave' }), el('span', { class: 'meta' }, size));
  const box = part(m.kind === 'video' ? 'i-image' : 'i-document', m.media.name || w(m.kind), size);
  return box;
}

function choices(m) {
  const rows = m.buttons.filter((b) => b.row);
  const tap = (b) => () => act({ kind: 'tap', target: m.id, button: b.id || b.title });
  const box = el('div', { class: 'choices' });
  if (rows.length) box.append(el('button', { type: 'button', onclick: () => openSheet(m.list_name || w('list'), rows, tap) }, m.list_name || w('list')));
  for (const b of m.buttons.filter((b) => !b.row)) {
    box.append(b.url ? el('a', { href: /^https?:/.test(b.url) ? b.url : null, target: '_blank', rel: 'noopener noreferrer' }, b.title + ' ↗')
      : el('button', { type: 'button', onclick: tap(b) }, b.title));
  }
  return box;
}

function openSheet(title, rows, tap) {
  const close = () => { $('sheet').hidden = true; };
  $('sheet').replaceChildren(el('h3', {}, title), ...rows.map((b) => el('button', { type: 'button', onclick: () => { close(); tap(b)(); } },
    el('b', {}, b.title), b.description ? el('div', { class: 'meta' }, b.description) : '')),
  el('button', { type: 'button', onclick: close }, w('cancel')));
  $('sheet').hidden = false;
  $('sheet').querySelector('button').focus();
}

function actions(m) {
  const mineReaction = m.reactions?.person;
  return el('div', { class: 'acts' },
    el('button', { type: 'button', title: w('reply'), 'aria-label': w('reply'), onclick: () => setReply(m, false) }, svg('i-reply')),
    m.mine ? (m.kind === 'text' ? el('button', { type: 'button', title: w('edit'), 'aria-label': w('edit'), onclick: () => setReply(m, true) }, '✎') : '')
      : el('button', { type: 'button', title: w('react'), 'aria-label': w('react'), onclick: () => act({ kind: 'reaction', target: m.id, emoji: mineReaction ? '' : '👍' }) }, '👍'));
}

function setReply(m, edit) {
  reply = m;
  editing = edit;
  $('quote').hidden = !m;
  if (m) {
    $('quote').firstElementChild.textContent = (edit ? w('edit') + ': ' : '') + summary(m);
    if (edit) $('text').value = m.text;
    $('text').focus();
  }
}

function renderSide() {
  const a = account(), p = person();
  const toggle = (on, label, hint, change, bad) => el('button', { type: 'button', role: 'switch', class: 'switch' + (bad ? ' bad' : ''), 'aria-checked': on, onclick: change },
    el('span', { class: 'label' }, label, hint ? el('span', {}, hint) : ''), el('i'));
  const patch = (body) => () => api('PATCH', personPath(), body).catch((err) => toast(err.message));
  const tools = [el('div', { class: 'facts' }, p.username ? '@' + p.username : '', el('b', {}, /^\d+$/.test(p.id) && a.kind === 'whatsapp' ? '+' + p.id : p.id))];
  if (a.kind === 'whatsapp') {
    const open = p.since >= 0 && p.since < 86400;
    const left = Math.ceil((86400 - p.since) / 3600);
    tools.push(el('div', { class: 'facts' }, w('window'), el('b', { class: open ? 'on' : '' }, open ? `${w('open')} · ${left} h` : w('closed'))));
    tools.push(toggle(!p.away, w('reading'), '', patch({ reading: p.away })));
  }
  tools.push(toggle(p.blocked, w('blocked'), '', patch({ blocked: !p.blocked }), true));
  if (!$('person-tools').contains(document.activeElement) || document.activeElement.tagName !== 'INPUT') {
    const code = el('input', { placeholder: w('startCode'), 'aria-label': w('startCode') });
    tools.push(el('form', { class: 'link', onsubmit: (e) => { e.preventDefault(); act({ kind: 'start', text: code.value }); code.value = ''; } },
      code, el('button', { class: 'plain' }, w('start'))));
    $('person-tools').replaceChildren(...tools);
  }

  const f = a.faults;
  const set = (change) => () => api('PUT', `accounts/${encodeURIComponent(a.id)}/faults`, { ...f, ...change }).catch((err) => toast(err.message));
  const chip = (name, on, change, off) => el('button', { type: 'button', class: 'chip', 'aria-pressed': on, onclick: set(on ? off : change) },
    el('b', {}, w(name)), el('span', {}, w(name + 'Hint')));
  const failure = (name, kind, more) => chip(name, f.failure === kind, { failure: kind, ...more }, { failure: '' });
  $('faults').className = 'grid';
  $('faults').replaceChildren(
    chip('slow', f.latency_ms > 0, { latency_ms: 3000 }, { latency_ms: 0 }), failure('failing', '500'),
    failure('throttled', '429', { retry_after_ms: 5000 }), failure('silent', 'reset_after'),
    chip('duplicated', f.duplicate > 0, { duplicate: 2 }, { duplicate: 0 }), chip('unordered', f.reorder > 1, { reorder: 5 }, { reorder: 0 }),
    ...(a.kind === 'whatsapp' ? [chip('batched', f.batch > 1, { batch: 20 }, { batch: 0 }), chip('early', f.early_receipts, { early_receipts: true }, { early_receipts: false })] : []));
  renderCalls(a);
}

function renderCalls(a) {
  const count = (n, name, bad) => el('span', { class: bad && n ? 'bad' : '' }, el('b', {}, n), ' ' + w(name));
  const s = a.stats;
  $('stats').className = 'counts';
  $('stats').replaceChildren(count(s.delivered, 'webhooks'), count(s.refused, 'refused', true), count(a.queue, 'queue'));
  const open = new Set([...$('calls').querySelectorAll('details[open]')].map((d) => d.dataset.id));
  const calls = shown.messages.filter((m) => !m.mine && m.raw).slice(-20).reverse();
  $('calls').replaceChildren(...(calls.length ? calls.map((m) => el('details', { 'data-id': m.id, open: open.has(m.id) },
    el('summary', {}, el('code', {}, m.method), el('span', {}, summary(m)), el('time', {}, time(m.at))),
    el('pre', {}, JSON.stringify(m.raw, null, 2)))) : [el('p', { class: 'hint' }, w('none'))]));
}

// What can be attached without choosing a file.
function openMenu() {
  const item = (icon, name, run) => el('button', { type: 'button', onclick: () => { closeMenu(); run(); } }, svg(icon), w(name));
  const send = (kind, more) => () => { act({ kind, target: reply?.id, ...more }); setReply(null); };
  $('attach-menu').replaceChildren(item('i-image', 'image', send('image')), item('i-voice', 'voice', send('voice')),
    item('i-document', 'document', send('document')), item('i-sticker', 'sticker', send('sticker')),
    item('i-location', 'location', send('location')), item('i-contact', 'contact', send('contact')),
    item('i-image', 'album', send('album', { album: [{ kind: 'image' }, { kind: 'image' }] })),
    item('i-plus', 'ownFile', () => $('file').click()));
  $('attach-menu').hidden = false;
  $('attach').setAttribute('aria-expanded', 'true');
  $('attach-menu').querySelector('button').focus();
}
function closeMenu() {
  $('attach-menu').hidden = true;
  $('attach').setAttribute('aria-expanded', 'false');
}

async function sendFile(file) {
  const base64 = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
  const kind = file.type === 'image/jpeg' || file.type === 'image/png' ? 'image' : file.type.startsWith('video/') ? 'video' : file.type.startsWith('audio/') ? 'audio' : 'document';
  act({ kind, name: file.name, mime: file.type || 'application/octet-stream', data: base64 });
}

function listen() {
  const grow = () => { $('text').style.height = 'auto'; $('text').style.height = $('text').scrollHeight + 2 + 'px'; };
  $('composer').addEventListener('submit', (e) => {
    e.preventDefault();
    const text = $('text').value.trim();
    if (!text) return;
    act(editing ? { kind: 'edit', target: reply.id, text } : { kind: 'text', text, target: reply?.id });
    $('text').value = '';
    grow();
    setReply(null, false);
  });
  $('text').addEventListener('input', grow);
  $('text').addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); $('composer').requestSubmit(); }
    if (e.key === 'Escape') setReply(null, false);
  });
  $('quote').querySelector('button').addEventListener('click', () => setReply(null, false));
  $('attach').addEventListener('click', () => ($('attach-menu').hidden ? openMenu() : closeMenu()));
  document.addEventListener('click', (e) => { if (!e.target.closest('.attach')) closeMenu(); });
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape') { closeMenu(); $('sheet').hidden = true; } });
  $('file').addEventListener('change', () => { if ($('file').files[0]) sendFile($('file').files[0]); $('file').value = ''; });
  addEventListener('hashchange', () => { chosen = readHash() ?? chosen; setReply(null, false); $('sheet').hidden = true; refresh().then(() => { $('chat').scrollTop = $('chat').scrollHeight; }); });
  for (const node of document.querySelectorAll('[data-lang]')) node.addEventListener('click', () => { lang = node.dataset.lang; store.set('lang', lang); render(); });
  $('theme').addEventListener('click', () => { setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark', true); });
}

function setTheme(theme, keep) {
  document.documentElement.dataset.theme = theme;
  if (keep) store.set('theme', theme);
}

// watch listens for changes; where the stream doesn't hold, it asks every two
// seconds.
function watch() {
  let timer = null;
  const poll = () => { timer ??= setInterval(refresh, 2000); };
  const source = new EventSource('/sim/events');
  source.addEventListener('change', () => { clearInterval(timer); timer = null; refresh(); });
  source.addEventListener('error', poll);
  setInterval(() => { if (person()?.typing) refresh(); }, 1000); // it ends by itself
}

setTheme(store.get('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
listen();
refresh();
watch();
