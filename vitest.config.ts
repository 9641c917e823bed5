import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', '**/node_modules/**'],
    // Native libraries keep state in a process: a process per file, and one that can be killed.
    pool: 'forks',
    maxWorkers: 2,
    // A forgotten `.only` would pass for the whole suite.
    allowOnly: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { TF_CPP_MIN_LOG_LEVEL: '2', UV_THREADPOOL_SIZE: '16' },
  },
});
