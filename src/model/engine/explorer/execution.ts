/**
 * One schedule being executed on a world of its own, transition by transition.
 *
 * A transition is an actor's steps up to and with the first that touches something shared: what an actor does for
 * itself can be put anywhere, so it is no place to switch.
 */
import type { WordSource } from '../arena.ts';
import { type Chooser, Engine } from '../engine.ts';
import type { MemoryOrder } from '../memory/memory.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Program, World } from './program.ts';

/** A scheduler that never chooses: whoever drives the engine does. */
const BY_HAND: Scheduler = {
  stepwise: true,
  delay() {},
  wake() {},
  next: () => -1,
  reset() {},
};

/** What a transition did. */
export interface Transition {
  readonly actor: number;
  /** Objects touched and how, in parallel. */
  readonly objects: number[];
  readonly kinds: number[];
  /** Actors woken. */
  readonly woken: readonly number[];
  /** Outcomes taken and how many there were, where the transition had several. */
  readonly outcomes: readonly number[];
  readonly counts: readonly number[];
}

const NOTHING: readonly number[] = [];

/** An actor that never yields anything shared would keep a transition going for ever. */
const MAX_LOCAL_STEPS = 10_000;

export class Execution {
  readonly engine: Engine;
  readonly world: World;
  /** What an actor threw first, if one did. */
  error: Error | null = null;
  /** Whether the last transition threw. Its actor goes on no more; the others do, as far as they can without it. */
  threw = false;
  private readonly dead = new Set<number>();
  private outcomes: readonly number[] = [];
  private taken: number[] = [];
  private counts: number[] = [];

  /** @param words where the world's big arrays come from; made anew unless given. */
  constructor(program: Program, memory: MemoryOrder, words?: WordSource) {
    this.engine = new Engine({ scheduler: BY_HAND, memory, words });
    this.engine.access.on = true;
    // Not assigned as a literal: V8 would put it among its old objects, where it keeps a dead world for long.
    const choose: Chooser = count => this.choose(count);
    this.engine.choose = choose;
    this.world = program(this.engine);
  }

  /** The actors that can take a transition now. */
  enabled(): readonly number[] {
    const enabled = this.engine.enabled();
    return this.error === null ? enabled : enabled.filter(actor => !this.dead.has(actor));
  }

  /** Lets an actor take its next transition; `outcomes` says which of several outcomes, the first where it ends. */
  take(actor: number, outcomes: readonly number[]): Transition {
    const { access } = this.engine;
    this.repeat(actor, outcomes);
    return {
      actor,
      objects: access.objects.slice(0, access.count),
      kinds: access.kinds.slice(0, access.count),
      woken: access.wokenCount === 0 ? NOTHING : access.woken.slice(0, access.wokenCount),
      outcomes: this.taken.length === 0 ? NOTHING : this.taken,
      counts: this.counts.length === 0 ? NOTHING : this.counts,
    };
  }

  /** The same for a transition that is known already. */
  repeat(actor: number, outcomes: readonly number[]): void {
    const { engine } = this;
    const { access } = engine;
    this.outcomes = outcomes;
    this.threw = false;
    if (this.taken.length > 0) {
      this.taken = [];
      this.counts = [];
    }
    access.clear();
    try {
      for (let steps = 0; ; steps++) {
        engine.step(actor);
        if (access.count > 0 || access.wokenCount > 0 || !engine.canStep(actor)) break;
        if (steps === MAX_LOCAL_STEPS) {
          throw new Error(
            `${engine.nameOf(actor)} took ${MAX_LOCAL_STEPS} steps without touching anything shared`,
          );
        }
      }
    } catch (error) {
      this.error ??= error instanceof Error ? error : new Error(String(error));
      this.threw = true;
      this.dead.add(actor);
    }
  }

  /** Calls `look` with a fresh access log and returns the objects it has read. */
  watching<T>(look: () => T): { result: T; objects: readonly number[] } {
    const { access } = this.engine;
    access.clear();
    const result = look();
    const objects = access.objects.slice(0, access.count);
    access.clear();
    return { result, objects };
  }

  private choose(count: number): number {
    // A schedule that was made for another program may name more outcomes than there are.
    const next = Math.min(this.outcomes[this.taken.length] ?? 0, count - 1);
    this.taken.push(next);
    this.counts.push(count);
    return next;
  }
}
