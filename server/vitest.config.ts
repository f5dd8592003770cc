import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Two copies of graphql would turn every access error into a fault of ours.
  resolve: { dedupe: ['graphql'] },
  test: {
    name: 'server',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/graphql-yoga/, /@pothos/, /@envelop/] } },
  },
});
