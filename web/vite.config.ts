// The server serves what is built under /-/ (see SERVER.md). While developing, this dev server is
// the origin and hands everything of the server's own on to VITRINE_URL.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { fewChunks } from './tools/chunks';
import { usedStyles } from './tools/used-styles';

const server = process.env.VITRINE_URL ?? 'http://127.0.0.1:8080';
const own = ['^/graphql', '^/-/', '^/preview/', '^/download/', '^/admin/audit_logs'];

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/-/' : '/',
  plugins: [react(), usedStyles(), fewChunks()],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(own.map((path) => [path, { target: server, changeOrigin: false }])),
  },
  build: {
    target: 'es2022',
    // A picture in the style sheet would be a data: address; the assets stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    manifest: true,
  },
  test: { include: ['src/**/*.test.ts'] },
}));
