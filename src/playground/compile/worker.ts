/** The trusted worker that compiles. It reads programs and never runs them. */
import { type Compiled, compile } from './compile.ts';

/** What the page asks. */
export interface CompileRequest {
  readonly source: string;
  readonly names: readonly string[];
}

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<CompileRequest>) => {
  const compiled: Compiled = compile(data.source, data.names);
  scope.postMessage(compiled);
};
