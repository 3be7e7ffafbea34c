/** Puts a worker's script together, and knows where in it the program stands. */
import { INJECTED } from '../compile/imports.ts';
import { RUN } from './runner/runner.ts';

/** A worker's script. */
export interface Script {
  readonly text: string;
  /** Line n of the program is line n + offset of the script. */
  readonly offset: number;
  /** Lines of the program. */
  readonly lines: number;
}

/**
 * @param runner the bundled runner.
 * @param code the compiled program.
 */
export function assemble(runner: string, code: string): Script {
  const before = `${runner}\n${RUN}(async ${INJECTED} => { 'use strict';\n`;
  return {
    text: `${before}${code}\n});\n`,
    offset: before.split('\n').length - 1,
    lines: code.split('\n').length,
  };
}
