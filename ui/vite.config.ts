import { fileURLToPath } from 'node:url';

import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * The window freezes `Object.prototype`, so that nothing in the page can change what all objects are. After that, a plain
 * assignment of `constructor` to an object throws, and the canvas' colours (d3-color) do just that: there it is defined instead.
 */
const definesConstructors: Plugin = {
  name: 'defines-constructors',
  transform(code, id) {
    if (!/\/node_modules\/d3-color\/.+\.m?js$/.test(id)) return null;
    const assigned = 'prototype.constructor = constructor;';
    if (!code.includes(assigned) && code.includes('.constructor =')) {
      this.error(
        'd3-color assigns its constructors in another way by now: correct vite.config.ts, and open a pipeline in the window.',
      );
    }
    return code.replace(
      assigned,
      "Object.defineProperty(prototype, 'constructor', { value: constructor, writable: true, configurable: true });",
    );
  },
};

// One build serves both doors: Tauri's custom protocol and our HTTP server, each at "/".
// `--mode gallery` builds the gallery of components instead, beside it and never into it.
export default defineConfig(({ mode }) => ({
  base: '/',
  plugins: [definesConstructors, react(), tailwindcss()],
  resolve: { alias: { '@': path('./src') } },
  build: {
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    emptyOutDir: true,
    // Our policy has no `data:` for fonts and scripts, so nothing may be inlined.
    assetsInlineLimit: 0,
    // Read from this computer's disk or its loopback, not over a slow line.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: path(mode === 'gallery' ? './gallery.html' : './index.html'),
      output: {
        // What every place needs, in one file: alone, each piece of it would be a file of its own to ask for before the first view.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|clsx|lucide-react)\/|\/src\/(lib|api|host\/host)/,
            },
          ],
        },
      },
    },
  },
  // `WEBPLUS_SERVER=http://127.0.0.1:PORT npm run dev` shows the page being written against a running `webplus serve`. The server
  // knows its own name only, so requests are made to look as if its own page had sent them.
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: process.env.WEBPLUS_SERVER
      ? {
          '/api': {
            target: process.env.WEBPLUS_SERVER,
            changeOrigin: true,
            configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin')),
          },
        }
      : undefined,
  },
}));
