// Prints what the first load of the inbox costs, gzipped, and fails over budget.
// Counted: the entry, the frame, the inbox, an open contact with its drawer, one
// language, the realtime client, the styles and the font. Not counted: what loads
// when somebody opens it (menus, dialogs, settings, emoji, voice, pictures).
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const roots = [
  'index.html',
  'src/frame/app-frame.tsx',
  'src/inbox/inbox-page.tsx',
  'src/timeline/console.tsx',
  'src/i18n/es.ts',
];
// The realtime client is a package, so its key is a path below node_modules.
roots.push(Object.keys(manifest).find((k) => k.includes('centrifuge')));

const files = new Map();
function take(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`size: no ${key} in the manifest`);
  if (files.has(chunk.file)) return;
  files.set(chunk.file, key);
  for (const css of chunk.css ?? []) files.set(css, key);
  for (const asset of chunk.assets ?? []) if (asset.endsWith('.woff2')) files.set(asset, key);
  for (const next of chunk.imports ?? []) take(next);
}
for (const root of roots) take(root);

let total = 0;
const rows = [...files.keys()].map((file) => {
  const raw = readFileSync(new URL(file, dist));
  // A woff2 is compressed already.
  const size = file.endsWith('.woff2') ? raw.length : gzipSync(raw, { level: 9 }).length;
  total += size;
  return [file, size];
});
rows.push(['index.html', gzipSync(readFileSync(new URL('index.html', dist))).length]);
total += rows.at(-1)[1];
rows.sort((a, b) => b[1] - a[1]);
for (const [file, size] of rows) console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${file}`);
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  first load, budget ${budget / 1024} KB`);
if (total > budget) {
  console.error('size: over budget');
  process.exit(1);
}
