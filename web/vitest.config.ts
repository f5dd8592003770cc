import { defineConfig, mergeConfig } from 'vitest/config';
import viteConfig from './vite.config.ts';

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      environment: 'happy-dom',
      include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
      setupFiles: ['test/setup.ts'],
      restoreMocks: true,
      // Two copies of Vue would meet otherwise, and an empty form would pass its validation silently.
      server: { deps: { inline: ['element-plus'] } },
    },
  }),
);
