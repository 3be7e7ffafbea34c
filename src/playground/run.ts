/** From a program's text to its ending: compiled in one worker, run in another that is gone afterwards. */
import type { Shown } from '../model/index.ts';
import { compileAhead, compileInWorker, warmCompiler } from './compile/client.ts';
import { cool, type Ending, run as runInSandbox, warm as warmSandbox } from './sandbox/sandbox.ts';

/** The model, bundled for the runner. */
export interface Runner {
  readonly code: string;
  /** What 'faultlines' exports. */
  readonly names: readonly string[];
}

/** One press of Run. */
export interface Request {
  readonly source: string;
  /** Fetches the bundled model; called once a run. */
  readonly runner: () => Promise<Runner>;
  /** Wall time in ms the program may take. */
  readonly milliseconds?: number;
  readonly signal: AbortSignal;
  onShown(item: Shown): void;
  /** @param fraction from 0 to 1. */
  onProgress(fraction: number): void;
  onCut(): void;
}

/** How a program ended, or why it did not begin. */
export type Outcome = Ending | { readonly kind: 'refused'; readonly line: number; readonly message: string };

/** Fetches what the next run needs, so that it is there when it is asked for. */
export function warm(runner: () => Promise<Runner>): void {
  warmCompiler();
  // What cannot be fetched now is asked for again by the run, which says so.
  runner().catch(() => undefined);
}

/** Makes the frame and compiles the program, too: the run is a moment away. */
export function ready(source: string, runner: () => Promise<Runner>): void {
  warmSandbox();
  warmCompiler();
  runner().then(
    ({ names }) => compileAhead(source, names),
    () => undefined,
  );
}

/** Runs a program. Never rejects. */
export async function run(request: Request): Promise<Outcome> {
  try {
    warmSandbox();
    warmCompiler();
    const { code: runner, names } = await request.runner();
    const compiled = await compileInWorker(request.source, names, request.signal);
    if (!compiled.ok) {
      cool();
      return { kind: 'refused', ...compiled.problem };
    }
    return await runInSandbox({ ...request, runner, code: compiled.code });
  } catch (error) {
    cool();
    if (request.signal.aborted) return { kind: 'stopped' };
    return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
}
