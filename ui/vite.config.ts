import { fileURLToPath } from 'node:url'
import { quasar, transformAssetUrls } from '@quasar/vite-plugin'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Relative, because the shell and the office server mount the bundle at different places.
  base: './',
  plugins: [vue({ template: { transformAssetUrls } }), quasar({ sassVariables: false })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'true',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  server: {
    port: 5180,
    // The host stays as the browser knows it: the server compares it with the page's origin.
    proxy: { '/api': { target: process.env['VILLAGE_LEDGER_SERVER'] ?? 'http://127.0.0.1:8770', changeOrigin: false } },
  },
  build: {
    // Cheap phones keep the WebView they were sold with.
    target: ['chrome80', 'safari14'],
    chunkSizeWarningLimit: 800,
    // In a chunk of their own, which is loaded before the chunks of the libraries that need them.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'polyfills', test: /core-js|src\/polyfills/ }] } } },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
