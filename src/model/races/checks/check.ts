/** A small world whose promise must be kept in every schedule; no page shows it. */
import type { Program } from '../../engine/explorer/program.ts';

export interface Check {
  /** What is at work, and what it promises. */
  readonly name: string;
  readonly build: Program;
}
