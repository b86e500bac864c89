// Builds dist/widget.js, the loader that pages embed, and dist/panel-HASH.js, which
// it loads when somebody wants to chat.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const dist = new URL('../dist/', import.meta.url).pathname;
for (const f of readdirSync(dist)) if (f.endsWith('.js')) rmSync(dist + f);

const common = { bundle: true, minify: true, target: 'es2020', legalComments: 'none', logLevel: 'warning' };
const panel = await build({
  ...common,
  entryPoints: [new URL('../src/panel.ts', import.meta.url).pathname],
  format: 'esm',
  outdir: dist,
  entryNames: 'panel-[hash]',
  metafile: true,
});
const name = basename(Object.keys(panel.metafile.outputs)[0]);
await build({
  ...common,
  entryPoints: [new URL('../src/loader.ts', import.meta.url).pathname],
  format: 'iife',
  outfile: `${dist}widget.js`,
  define: { PANEL: JSON.stringify(name) },
});
writeFileSync(`${dist}.gitkeep`, '');
