/**
 * What a search explores: a world built anew for every schedule, its actors, and what must hold of it.
 */
import type { Engine } from '../engine.ts';

/** Something that must hold. */
export interface Property {
  readonly name: string;
  /** After every step, or once at the end when every actor has finished. */
  readonly when: 'always' | 'finally';
  /**
   * Whether it holds now. Reads shared objects in the ordinary way, so that the search learns what it depends on.
   *
   * @returns true, or what is wrong.
   */
  check(): true | string;
}

/** One world: its properties, and a hash of its final state. */
export interface World {
  readonly properties: readonly Property[];
  /** Tells final states apart; left out where nobody asks. */
  finalState?(): string;
}

/**
 * Builds a world on a fresh engine and spawns its actors. Called once for every schedule, so it must do the same
 * each time.
 */
export type Program = (engine: Engine) => World;

/** Names of the properties that every search checks by itself. */
export const NO_DEADLOCK = 'nobody waits for a lock for ever';
export const NO_LOST_WAKEUP = 'nobody sleeps for ever';
export const RETRIES_END = 'every retry loop ends';
export const NO_ERROR = 'no actor throws';
