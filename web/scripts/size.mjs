// Prints what the first load of the inbox costs, gzipped, and fails over budget.
// Counted: the entry, the frame, the inbox with its list, one language, the styles,
// the font, and the realtime client, although it comes after the first paint. The
// console, which loads with the first contact opened, is shown beside it. Not
// counted: what loads when somebody opens it (menus, dialogs, drawer, settings,
// emoji, voice, pictures).
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const roots = [
  'index.html',
  'src/frame/app-frame.tsx',
  'src/inbox/inbox-page.tsx',
  'src/i18n/es.ts',
];
// The realtime client is a package, so its key is a path below node_modules.
roots.push(Object.keys(manifest).find((k) => k.includes('centrifuge')));

function take(files, key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`size: no ${key} in the manifest`);
  if (files.has(chunk.file)) return;
  measure(files, chunk.file);
  for (const css of chunk.css ?? []) measure(files, css);
  for (const asset of chunk.assets ?? []) if (asset.endsWith('.woff2')) measure(files, asset);
  for (const next of chunk.imports ?? []) take(files, next);
}

function measure(files, file) {
  const raw = readFileSync(new URL(file, dist));
  // A woff2 is compressed already.
  files.set(file, file.endsWith('.woff2') ? raw.length : gzipSync(raw, { level: 9 }).length);
}

const sum = (files) => [...files.values()].reduce((a, b) => a + b, 0);
const line = (size, words) => console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${words}`);

const inbox = new Map();
for (const root of roots) take(inbox, root);
measure(inbox, 'index.html');
const console_ = new Map(inbox);
take(console_, 'src/timeline/console.tsx');

for (const [file, size] of [...inbox].sort((a, b) => b[1] - a[1])) line(size, file);
const total = sum(inbox);
line(total, `first load of the inbox, budget ${budget / 1024} KB`);
line(sum(console_) - total, 'more when the first contact is opened');
if (total > budget) {
  console.error('size: over budget');
  process.exit(1);
}
