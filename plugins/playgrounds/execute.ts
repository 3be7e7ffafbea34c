import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import type { Shown } from '../../src/model/index.ts';
import { compile } from '../../src/playground/compile/compile.ts';
import { readMessage } from '../../src/playground/protocol/messages.ts';
import { assemble } from '../../src/playground/sandbox/assemble.ts';
import { type Failure, failureOf, parseFailure } from '../../src/playground/sandbox/trace.ts';
import { bundleRunner, type Runner } from '../modelBundle/bundle.ts';

/** What a program did in Node. */
export interface Execution {
  /** What it showed, in order, as the page would draw it. */
  readonly shown: readonly Shown[];
  /** The same as the JSON text that the worker would send, byte for byte. */
  readonly messages: readonly string[];
  /** Whether it showed more than a run may show. */
  readonly cut: boolean;
  /** What it threw or why it was refused; undefined where it ended well. */
  readonly failure: Failure | undefined;
}

/** Wall time in ms after which a program is taken to hang; how busy the machine is must not decide. */
const PATIENCE = 120_000;

let bundled: Promise<Runner> | undefined;

/** The bundle of the model as it is, made once a process. */
function currentRunner(): Promise<Runner> {
  bundled ??= bundleRunner();
  return bundled;
}

/**
 * Runs a program's text in Node, through the steps it takes in the page: the same compiler, the same bundle, the same
 * runner, in a context that has the language and nothing of Node. Only for programs of the project: a context is no
 * sandbox.
 *
 * @param milliseconds wall time it may take.
 * @param given the bundle, where the model may have changed since the process began.
 */
export async function execute(
  source: string,
  milliseconds: number = PATIENCE,
  given?: Runner,
): Promise<Execution> {
  const { code: runner, names } = given ?? (await currentRunner());
  const compiled = compile(source, names);
  if (!compiled.ok) {
    const { message, line } = compiled.problem;
    return { shown: [], messages: [], cut: false, failure: { message, line, frames: [] } };
  }
  return inContext(runner, compiled.code, milliseconds);
}

/**
 * Runs a `*.playground.ts` file and gives what it shows.
 *
 * @param file its address, as `new URL('first.playground.ts', import.meta.url)` gives it.
 * @throws Error where it fails, with the line, or shows more than a run may show.
 */
export async function shownBy(file: URL): Promise<readonly Shown[]> {
  const path = fileURLToPath(file);
  const { shown, cut, failure } = await execute(await readFile(path, 'utf8'));
  if (failure) throw new Error(`${path}:${failure.line ?? '?'}: ${failure.message}`);
  if (cut) throw new Error(`${path} shows more than a run may show`);
  return shown;
}

function inContext(runner: string, code: string, milliseconds: number): Execution {
  const script = assemble(runner, code);
  const messages: string[] = [];
  const later: (() => void)[] = [];
  const context = createContext(
    {
      postMessage: (text: string) => messages.push(text),
      setTimeout: (callback: () => void) => later.push(callback),
    },
    { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
  );
  let failure: Failure | undefined;
  try {
    new Script(script.text, { filename: 'program' }).runInContext(context, { timeout: milliseconds });
    for (let callback = later.shift(); callback; callback = later.shift()) callback();
  } catch (error) {
    const { name, message, stack } = error as Error;
    const line = Number(/^program:(\d+)/.exec(String(stack))?.[1] ?? 0);
    failure = parseFailure(`${name}: ${message}`, line, script);
  }
  const shown: Shown[] = [];
  let cut = false;
  for (const text of messages) {
    const message = readMessage(text);
    if (!message) throw new Error(`the runner sent what is no message: ${text.slice(0, 200)}`);
    if (message.type === 'shown') shown.push(message.item);
    if (message.type === 'cut') cut = true;
    if (message.type === 'failed') failure = failureOf(message.error, script);
  }
  return { shown, messages, cut, failure };
}
