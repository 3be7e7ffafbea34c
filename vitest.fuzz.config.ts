import { defineConfig, mergeConfig } from 'vitest/config';
import unit from './vitest.config.ts';

/** The fuzz tests alone, each property with many more cases than among the unit tests: `npm run fuzz`. */
export default mergeConfig(
  defineConfig({ ...unit, test: { ...unit.test, include: [], testTimeout: 7_200_000 } }),
  defineConfig({
    test: {
      include: ['{src,plugins,scripts}/**/*.fuzz.ts'],
      setupFiles: ['scripts/fuzz/setup.ts'],
      maxWorkers: 2,
    },
  }),
);
