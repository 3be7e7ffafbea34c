/**
 * The script that stands above every program: the model and the playground's runner in one. This is where the two
 * meet, since neither knows the other.
 */
import * as faultlines from '../../src/model/index.ts';
import { logTo } from '../../src/model/show/show.ts';
import { prepare, type WorkerScope } from '../../src/playground/sandbox/runner/runner.ts';

prepare(globalThis as unknown as WorkerScope, {
  module: Object.freeze({ ...faultlines }),
  showTo: faultlines.showTo,
  logTo,
  table: rows => faultlines.show.table(rows),
});
