import vue from '@vitejs/plugin-vue';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import components from 'unplugin-vue-components/vite';
import { defineConfig } from 'vite';
import { salesPages, salesPagesOfServer } from './sales-pages.ts';

/** Where `npm start` listens; only the development server asks for it. */
const apiOrigin = 'http://127.0.0.1:4000';

// The tests run without stylesheets: Node cannot import them, and nothing there looks at colours.
const importStyle = process.env.VITEST ? false : 'css';

export default defineConfig({
  plugins: [
    // Nobody writes the options API here, and Element Plus does not either; the landing page is lighter without it.
    vue({ features: { optionsAPI: false } }),
    // Only Element Plus comes on demand; our own components are imported by name, so that a reader sees whence.
    components({
      dirs: [],
      dts: 'src/element-plus.d.ts',
      resolvers: [ElementPlusResolver({ importStyle })],
    }),
    salesPages(),
    salesPagesOfServer(apiOrigin),
  ],
  build: {
    target: 'es2022',
    // A file name says its content, so that everything under /assets may be cached for ever.
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    sourcemap: false,
    // The replay of a sale is a page of its own: it needs a policy of its own.
    rollupOptions: { input: { index: 'index.html', replay: 'replay.html' } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/uploads', '/files', '/sandbox', '/captcha', '/insurers', '/recordings'].map((path) => [
        path,
        { target: apiOrigin },
      ]),
    ),
  },
});
