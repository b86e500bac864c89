// Prints what visitors download and fails over the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
let total = 0;
for (const f of readdirSync(dist).filter((n) => n.endsWith('.js'))) {
  const size = gzipSync(readFileSync(dist + f), { level: 9 }).length;
  total += size;
  console.log(`${f.padEnd(24)} ${(size / 1024).toFixed(1)} KB gzip`);
  if (f === 'widget.js' && size > 4 * 1024) process.exitCode = 1;
}
console.log(`${'together'.padEnd(24)} ${(total / 1024).toFixed(1)} KB of 20 KB`);
if (total > 20 * 1024) process.exitCode = 1;
