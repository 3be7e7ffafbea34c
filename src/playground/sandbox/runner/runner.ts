/**
 * Runs one program in the worker that was made for it.
 *
 * The script of the worker is this runner, bundled with the model, and below it the program as
 * `__run__(async __faultlines__ => { … })`; so the runner's work is done before the first line of the program is.
 */
import type { LogLevel, Sink } from '../../../model/index.ts';
import { harden } from './harden.ts';
import { makeOutlet } from './outlet.ts';

/** What the runner needs of a worker's global object. */
export interface WorkerScope {
  postMessage(text: string): void;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  addEventListener?(
    type: string,
    listener: (event: { reason: unknown; preventDefault(): void }) => void,
  ): void;
}

/** The model as the runner gets it, from whoever bundles the two. */
export interface Faultlines {
  /** What `import … from 'faultlines'` gives. */
  readonly module: object;
  showTo(sink: Sink): unknown;
  logTo(sink: Sink, level: LogLevel, values: readonly unknown[]): void;
  /** For `console.table`. */
  table(rows: readonly object[]): void;
}

/** Name of the function that takes the program. */
export const RUN = '__run__';

/** Prepares `scope` and waits for the program. */
export function prepare(scope: WorkerScope, faultlines: Faultlines): void {
  const post = scope.postMessage.bind(scope);
  const later = scope.setTimeout.bind(scope);
  const outlet = makeOutlet(text => post(text));
  scope.addEventListener?.('unhandledrejection', event => {
    event.preventDefault();
    outlet.failed(event.reason);
  });
  // Chromium keeps ten frames; a program's own may lie below more of the model's.
  (Error as { stackTraceLimit?: number }).stackTraceLimit = 50;
  harden(scope);
  faultlines.showTo(outlet);
  Object.defineProperty(scope, 'console', {
    value: consoleFor(outlet, faultlines),
    configurable: true,
    writable: true,
  });

  const run = (program: (module: object) => Promise<void>) => {
    Reflect.deleteProperty(scope, RUN);
    let settled = false;
    program(faultlines.module).then(
      () => {
        settled = true;
      },
      error => {
        settled = true;
        outlet.failed(error);
      },
    );
    // Nothing here takes time but promises, and those are through when this comes around. A rejection that nobody
    // handled is only reported after that.
    later(() => {
      if (settled) later(() => outlet.done(), 0);
      else
        outlet.failed(
          new Error('The program waits for something that will never come: an await has no end.'),
        );
    }, 0);
  };
  Object.defineProperty(scope, RUN, { value: run, configurable: true });
}

function consoleFor(outlet: Sink, { logTo, table }: Faultlines): object {
  const line =
    (level: LogLevel) =>
    (...values: readonly unknown[]) =>
      logTo(outlet, level, values);
  return {
    log: line('log'),
    info: line('log'),
    debug: line('log'),
    warn: line('warn'),
    error: line('error'),
    assert: (fine: unknown, ...values: readonly unknown[]) => {
      if (!fine) logTo(outlet, 'error', ['Assertion failed:', ...values]);
    },
    table,
  };
}
