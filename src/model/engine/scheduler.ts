/**
 * Who runs next: the one interface, and its three ways to choose.
 *
 * Timed runs order actors by virtual time. The other two are stepwise: every actor that is not blocked may run, a
 * delay is only a place to switch, and a lock is granted when its taker is chosen.
 */
import { EventQueue } from './eventQueue.ts';
import { Random } from './random.ts';

/** Returned by `next` when nobody can run. */
export const NOBODY = -1;

/** What a scheduler may ask the engine. */
export interface Runnables {
  /** Virtual time in ns; a timed scheduler moves it on. */
  now: number;
  /** The actors that can take a step now, in ascending order. Only kept by stepwise runs. */
  enabled(): readonly number[];
}

/** Decides who runs next. */
export interface Scheduler {
  /** True where points are places to switch and delays take no time. */
  readonly stepwise: boolean;
  /** `actor` goes on after `ns`. */
  delay(actor: number, ns: number, engine: Runnables): void;
  /** `actor` was woken or granted what it waited for: it goes on now. */
  wake(actor: number): void;
  /** The next actor, or NOBODY. */
  next(engine: Runnables): number;
  /** The actors that will go on by themselves, where the scheduler and not the engine keeps them. */
  pending?(): Set<number>;
  /** Back to the start. */
  reset(): void;
}

/** By virtual time; woken actors run at once, in the order in which they were woken. */
export class ByTime implements Scheduler {
  readonly stepwise = false;
  private readonly events = new EventQueue();
  private ready = new Int32Array(64);
  private head = 0;
  private tail = 0;

  delay(actor: number, ns: number, engine: Runnables): void {
    this.events.push(engine.now + ns, actor);
  }

  wake(actor: number): void {
    const mask = this.ready.length - 1;
    this.ready[this.tail++ & mask] = actor;
    if (((this.tail - this.head) & mask) === 0) this.grow();
  }

  next(engine: Runnables): number {
    if (this.head !== this.tail) return this.ready[this.head++ & (this.ready.length - 1)];
    if (this.events.length === 0) return NOBODY;
    engine.now = this.events.nextTime;
    return this.events.pop();
  }

  pending(): Set<number> {
    const out = new Set(this.events.actors());
    for (let i = this.head; i < this.tail; i++) out.add(this.ready[i & (this.ready.length - 1)]);
    return out;
  }

  reset(): void {
    this.events.clear();
    this.head = 0;
    this.tail = 0;
  }

  private grow(): void {
    const count = this.tail - this.head;
    const bigger = new Int32Array(this.ready.length * 2);
    for (let i = 0; i < count; i++) bigger[i] = this.ready[(this.head + i) & (this.ready.length - 1)];
    this.ready = bigger;
    this.head = 0;
    this.tail = count;
  }
}

/** Any actor that can run, by a seeded random number: a cheap way to meet many schedules. */
export class AtRandom implements Scheduler {
  readonly stepwise = true;
  private readonly seed: number;
  private random: Random;

  constructor(seed: number) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  delay(): void {}
  wake(): void {}

  next(engine: Runnables): number {
    const enabled = engine.enabled();
    return enabled.length === 0 ? NOBODY : this.random.pick(enabled);
  }

  reset(): void {
    this.random = new Random(this.seed);
  }
}

/**
 * By a list of choices, each the id of the actor that takes the next step. When the list has ended the actor that
 * ran last goes on while it can, then the one with the lowest id: the schedule with the fewest further switches.
 */
export class ByChoices implements Scheduler {
  readonly stepwise = true;
  private readonly choices: readonly number[];
  private position = 0;
  private last = NOBODY;

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  delay(): void {}
  wake(): void {}

  /** @throws RangeError where the list names an actor that cannot run at that point. */
  next(engine: Runnables): number {
    const enabled = engine.enabled();
    if (enabled.length === 0) return NOBODY;
    if (this.position < this.choices.length) {
      const choice = this.choices[this.position];
      if (!enabled.includes(choice)) {
        throw new RangeError(
          `choice ${this.position} is actor ${choice}, which cannot run there; actors ${enabled.join(', ')} can`,
        );
      }
      this.position++;
      this.last = choice;
    } else if (!enabled.includes(this.last)) {
      this.last = enabled[0];
    }
    return this.last;
  }

  reset(): void {
    this.position = 0;
    this.last = NOBODY;
  }
}
