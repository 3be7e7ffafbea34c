/**
 * Runs actors under a scheduler.
 *
 * The engine owns virtual time, the actors, the access log and the trace. Locks, queues and links hold a reference
 * to it and ask it who is running.
 */
import { type AccessKind, AccessLog } from './access.ts';
import { FRESH_WORDS, type WordSource } from './arena.ts';
import { Attempts, Changed } from './attempts.ts';
import type { Memory, MemoryOrder } from './memory/memory.ts';
import { ReleaseAcquire } from './memory/releaseAcquire.ts';
import { SequentialMemory } from './memory/sequential.ts';
import { StoreBuffers } from './memory/storeBuffers.ts';
import { ByTime, NOBODY, type Runnables, type Scheduler } from './scheduler.ts';
import { type Actor, BLOCKED, POINT, type Step } from './step.ts';
import { NO_TRACE, type Trace } from './trace.ts';

/** What an actor waits for in a stepwise run: the scheduler may choose the actor once `canGrant` holds. */
export interface Grantable {
  /** True when `actor` could go on now. */
  canGrant(actor: number): boolean;
  /** Lets `actor` go on: it holds what it asked for when its generator resumes. */
  grant(actor: number): void;
  /** The object and kind of access that granting it is, where it is one lock's. */
  readonly wants?: { readonly object: number; readonly kind: AccessKind };
}

const READY = 0;
const SLEEPING = 1;
const REQUESTING = 2;
const DONE = 3;

export interface EngineOptions {
  /** ByTime unless given. */
  readonly scheduler?: Scheduler;
  /** Nothing is traced unless given. */
  readonly trace?: Trace;
  /** Sequentially consistent unless given. Only stepwise runs can be anything else. */
  readonly memory?: MemoryOrder;
  /** Where big arrays come from; made anew unless given. */
  readonly words?: WordSource;
}

export interface SpawnOptions {
  /** It may sleep for ever: a server whose clients are done. */
  readonly daemon?: boolean;
  /** Its stores reach memory at once, whatever the memory order: it is a part of that order. */
  readonly unbuffered?: boolean;
}

/** Picks one of `count` outcomes of a step that has several, such as which of several stores a load reads. */
export type Chooser = (count: number) => number;

export class Engine implements Runnables {
  /** Virtual time in ns. */
  now = 0;
  /** The actor whose step is under way. */
  current = NOBODY;
  /** Number of steps taken. */
  steps = 0;
  /** True where points are places to switch: `if (engine.stepwise) yield POINT;`. */
  readonly stepwise: boolean;
  readonly access = new AccessLog();
  readonly trace: Trace;
  readonly memory: Memory;
  readonly words: WordSource;
  /** Takes the first outcome unless a search says otherwise. */
  choose: Chooser = () => 0;
  private readonly scheduler: Scheduler;
  private readonly bodies: Actor<unknown>[] = [];
  private readonly names: string[] = [];
  private readonly states: number[] = [];
  private readonly requests: (Grantable | null)[] = [];
  private readonly waitingSince: number[] = [];
  private readonly daemons: boolean[] = [];
  private readonly enabledActors: number[] = [];
  private readonly attempts: Attempts;

  constructor(options: EngineOptions = {}) {
    this.scheduler = options.scheduler ?? new ByTime();
    this.stepwise = this.scheduler.stepwise;
    this.trace = options.trace ?? NO_TRACE;
    this.words = options.words ?? FRESH_WORDS;
    this.attempts = new Attempts(this.access, this.words);
    this.memory =
      options.memory === 'tso'
        ? new StoreBuffers(this)
        : options.memory === 'ra'
          ? new ReleaseAcquire(this)
          : new SequentialMemory(this.access);
  }

  /** Adds an actor that starts now, and returns its id; ids count from 0 in the order of spawning. */
  spawn(name: string, body: Actor<unknown>, options: SpawnOptions = {}): number {
    const id = this.bodies.length;
    this.bodies.push(body);
    this.names.push(name);
    this.states.push(READY);
    this.requests.push(null);
    this.waitingSince.push(0);
    this.daemons.push(options.daemon === true);
    this.scheduler.wake(id);
    if (this.access.on) this.access.noteWoken(id);
    if (options.unbuffered !== true) this.memory.spawned(id);
    return id;
  }

  /** The name of an actor. */
  nameOf(actor: number): string {
    return this.names[actor];
  }

  /** Number of actors ever spawned. */
  get actors(): number {
    return this.bodies.length;
  }

  /** True once an actor's body has returned. */
  isDone(actor: number): boolean {
    return this.states[actor] === DONE;
  }

  /** Ids of the actors that have neither finished nor can go on by themselves. */
  blocked(): number[] {
    const out: number[] = [];
    const pending = this.scheduler.pending?.();
    for (let id = 0; id < this.states.length; id++) {
      const state = this.states[id];
      if (state === DONE) continue;
      // Timed runs leave it to their queues to know who will go on.
      if (pending !== undefined ? !pending.has(id) : state === SLEEPING || !this.canStep(id)) out.push(id);
    }
    return out;
  }

  /**
   * Runs until nobody can go on, or until virtual time passes `until` ns.
   *
   * @throws whatever an actor throws.
   */
  run(until = Infinity): void {
    const scheduler = this.scheduler;
    if (this.stepwise) {
      for (let actor = scheduler.next(this); actor !== NOBODY; actor = scheduler.next(this)) this.step(actor);
      return;
    }
    const bodies = this.bodies;
    while (this.now <= until) {
      const actor = scheduler.next(this);
      if (actor === NOBODY) return;
      this.current = actor;
      this.steps++;
      // What `step` does, without its call and its questions: this loop is what simulations spend their time in.
      const body = bodies[actor];
      let step: Step;
      do {
        const result = body.next();
        step = result.done ? BLOCKED : result.value;
        if (result.done) this.states[actor] = DONE;
      } while (step === POINT);
      if (step >= 0) scheduler.delay(actor, step, this);
      else if (step !== BLOCKED) throw this.noStep(actor, step);
    }
  }

  /** Lets `actor` take one step; for searches and for driving one actor by hand. */
  step(actor: number): void {
    this.current = actor;
    this.steps++;
    this.stepOnce(actor);
    if (this.access.on) this.attempts.noteStep(actor);
  }

  private stepOnce(actor: number): void {
    const states = this.states;
    if (states[actor] === REQUESTING) {
      this.requests[actor]!.grant(actor);
      this.requests[actor] = null;
      states[actor] = READY;
    }
    const body = this.bodies[actor];
    for (;;) {
      const result = body.next();
      if (result.done) {
        states[actor] = DONE;
        return;
      }
      const step = result.value;
      if (step >= 0) {
        this.scheduler.delay(actor, step, this);
        return;
      }
      if (step === BLOCKED) {
        if (states[actor] === READY) states[actor] = SLEEPING;
        return;
      }
      if (step !== POINT)
        throw new RangeError(`actor ${this.names[actor]} yielded ${step}, which is no step`);
      if (this.stepwise) return;
    }
  }

  private noStep(actor: number, step: Step): RangeError {
    return new RangeError(`actor ${this.names[actor]} yielded ${step}, which is no step`);
  }

  /** The actors that can take a step now. */
  enabled(): readonly number[] {
    const out = this.enabledActors;
    out.length = 0;
    for (let id = 0; id < this.states.length; id++) {
      if (this.canStep(id)) out.push(id);
    }
    return out;
  }

  /** Whether an actor can take a step now. */
  canStep(id: number): boolean {
    const state = this.states[id];
    return state === READY || (state === REQUESTING && this.requests[id]!.canGrant(id));
  }

  /** Wakes a blocked actor: it goes on after `ns`. */
  wake(actor: number, ns = 0): void {
    if (this.stepwise) this.states[actor] = READY;
    if (this.access.on) this.access.noteWoken(actor);
    if (ns > 0) this.scheduler.delay(actor, ns, this);
    else this.scheduler.wake(actor);
  }

  /**
   * In a stepwise run, what a lock's `acquire` does: the current actor waits until it is chosen while `what` can be
   * granted to it.
   *
   * @returns BLOCKED, for the actor to yield.
   */
  request(what: Grantable): typeof BLOCKED {
    this.states[this.current] = REQUESTING;
    this.requests[this.current] = what;
    return BLOCKED;
  }

  /** The current actor begins an attempt that it may have to start over with `retry`. */
  beginAttempt(): void {
    if (this.access.on) this.attempts.begin(this.current);
  }

  /**
   * The current actor starts its attempt over: yield what it returns. A timed run goes on at once; in a search the
   * actor waits until something that the attempt has read was written by somebody else, for nothing else could make
   * the next attempt end otherwise.
   */
  retry(): Step {
    if (!this.access.on) return POINT;
    return this.request(this.attempts.changed(this.current));
  }

  /** What the current actor waits for, by its kind; for reports on schedules that cannot go on. */
  whyStuck(actor: number): 'done' | 'asleep' | 'lock' | 'retry' | 'can go on' {
    const state = this.states[actor];
    if (state === DONE) return 'done';
    if (state === SLEEPING) return 'asleep';
    if (this.canStep(actor)) return 'can go on';
    return this.requests[actor] instanceof Changed ? 'retry' : 'lock';
  }

  /** The request that an actor waits in, if it waits in one. */
  pendingRequest(actor: number): Grantable | null {
    return this.states[actor] === REQUESTING ? this.requests[actor] : null;
  }

  /** Whether an actor may sleep for ever. */
  isDaemon(actor: number): boolean {
    return this.daemons[actor];
  }

  /** Notes when the current actor began to wait; only called while tracing. */
  markWait(actor: number): void {
    this.waitingSince[actor] = this.now;
  }

  /** When `actor` began to wait, as `markWait` noted it. */
  waitedSince(actor: number): number {
    return this.waitingSince[actor];
  }

  /** Traces the end of a wait that `markWait` began. */
  traceWait(actor: number, name: string): void {
    this.trace.slice(this.names[actor], name, 'wait', this.waitingSince[actor], this.now);
  }
}
