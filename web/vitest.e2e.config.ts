import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/e2e/**/*.e2e.ts'],
    // One browser and one server at a time: the machines that run this are small.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A page answers when it can, and on a small machine that may take its time.
    expect: { poll: { timeout: 15_000, interval: 100 } },
  },
});
