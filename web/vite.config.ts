import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = process.env.BANDEJA_DEV_SERVER ?? 'http://127.0.0.1:8080';

/** Writes parts.json, the files that src/parts.ts fetches ahead. */
const partsList: Plugin = {
  name: 'parts-list',
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name));
    const source = JSON.stringify(files.map((name) => `/${name}`));
    this.emitFile({ type: 'asset', fileName: 'parts.json', source });
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), partsList],
  build: {
    target: 'es2022',
    // The font and images stay files of their own: data: addresses would need a
    // weaker content security policy.
    assetsInlineLimit: 0,
    // The manifest lets scripts/size.mjs follow what the inbox really loads.
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every screen needs, in two files: many small ones compress worse.
            {
              name: 'vendor',
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack)[\\/]/,
              priority: 2,
            },
            {
              name: 'core',
              test: /src[\\/](ui[\\/](?!dialog|.*-popup|field)|format|api|realtime|frame[\\/](app-frame|rail|profile|connection|shortcuts\.|dialogs\.|use-)|i18n[\\/](index|plural|lazy)|inbox[\\/](?!add|hits|bulk|list-empty|sidebar-overlay)|auth[\\/](session|texts)|settings[\\/](texts|pages))/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/files': server,
      '/hooks': server,
      '/widget': server,
      '/realtime': { target: server, ws: true },
    },
  },
});
