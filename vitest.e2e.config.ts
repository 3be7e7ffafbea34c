import { defineConfig } from 'vitest/config';

/** Tests of what was built, most of them in a browser; `npm run build` comes first. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/support/serve.ts'],
    environment: 'node',
    // Nothing here asserts a time: these only end what hangs, on a machine however busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: 2,
    // One process of a browser on a busy machine may be killed or starved; the report names what was tried twice.
    retry: 1,
  },
});
