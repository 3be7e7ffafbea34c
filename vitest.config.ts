import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { faultlines: fileURLToPath(new URL('./src/model/index.ts', import.meta.url)) } },
  test: {
    include: [
      'src/**/*.test.ts',
      'src/**/*.test.tsx',
      'plugins/**/*.test.ts',
      'scripts/**/*.test.ts',
      'docs/**/*.test.ts',
      // A hundred cases a property here; `npm run fuzz` tries many more.
      '{src,plugins,scripts}/**/*.fuzz.ts',
    ],
    environment: 'node',
    // Nothing here asserts a time: these only end what hangs, on a machine however busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
