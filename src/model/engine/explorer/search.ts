/**
 * Explores every schedule of a program, up to the order of transitions that have nothing to do with each other.
 *
 * Stateless search by re-execution, with source sets and sleep sets (Abdulla, Aronis, Jonsson, Sagonas, "Optimal
 * dynamic partial order reduction", POPL 2014). A transition that is reversed with an earlier one makes the search
 * go back to the state before that; what has been explored from a state sleeps there until something it depends on
 * happens.
 */
import { Arena } from '../arena.ts';
import type { MemoryOrder } from '../memory/memory.ts';
import { type Footprint, stepsDependent } from './conflicts.ts';
import { Execution, type Transition } from './execution.ts';
import { Findings, type Verdict } from './findings.ts';
import { type Clock, type Event, HappensBefore, isBefore } from './happensBefore.ts';
import { NO_DEADLOCK, NO_ERROR, NO_LOST_WAKEUP, type Program, RETRIES_END } from './program.ts';
import { Watchers } from './watchers.ts';

export interface SearchOptions {
  readonly memory?: MemoryOrder;
  /** Explore every order, also of transitions that have nothing to do with each other: for proofs of the reduction. */
  readonly unreduced?: boolean;
  /** Switch away from an actor that could go on at most so often. */
  readonly preemptions?: number;
  /** Stop after so many transitions. */
  readonly transitions?: number;
}

export interface SearchResult {
  /** Every schedule was explored. */
  readonly complete: boolean;
  /** What cut the search short, or null. */
  readonly bound: string | null;
  /** Schedules run to their end. */
  readonly schedules: number;
  /** Transitions taken, those of repeated beginnings included. */
  readonly transitions: number;
  readonly properties: readonly Verdict[];
  /** Final states met, where the program tells them apart, in order of their text. */
  readonly finalStates: readonly string[];
}

/** Sets of actors are masks of bits, which bounds their number. */
const MAX_ACTORS = 30;

/** A state on the way of the current schedule, and what is to be explored from it. */
interface Node {
  /** Actors that can go on. */
  readonly enabled: number;
  /** Actors whose next transition has been explored from here or needs no exploring; `asleep` has its footprint. */
  sleep: number;
  readonly asleep: Footprint[];
  /** Actors to explore from here. */
  backtrack: number;
  /** Preemptions on the way here. */
  readonly preemptions: number;
  actor: number;
  outcomes: readonly number[];
  /** What all outcomes of `actor` taken so far touched: the only one's footprint itself where there was one. */
  footprint: Footprint | null;
  taken: Transition | null;
}

/** Searches a program to its end or to a bound. */
export function search(program: Program, options: SearchOptions = {}): SearchResult {
  const run = new Search(program, options);
  while (!run.advance(100_000));
  return run.result();
}

/** A search that can be advanced piece by piece, so that a worker can report and be stopped. */
export class Search {
  schedules = 0;
  transitions = 0;
  private readonly program: Program;
  private readonly options: SearchOptions;
  private readonly arena = new Arena();
  private readonly findings = new Findings();
  private readonly watchers = new Watchers(this.findings);
  private readonly onRace = (first: number, actor: number, clock: Clock) => this.reverse(first, actor, clock);
  private stack: Node[] = [];
  private actors = 8;
  private order = new HappensBefore(this.actors);
  private finished = false;
  private bound: string | null = null;
  private cut = false;
  private restarts = 0;

  constructor(program: Program, options: SearchOptions = {}) {
    this.program = program;
    this.options = options;
  }

  /** Takes about so many transitions more; true when the search has ended. */
  advance(transitions: number): boolean {
    const until = this.transitions + transitions;
    while (!this.finished && this.transitions < until) this.oneSchedule();
    return this.finished;
  }

  /** What has been found so far. */
  result(): SearchResult {
    const complete = this.finished && this.bound === null && !this.cut;
    const bound =
      this.bound ??
      (this.cut
        ? `at most ${this.options.preemptions} ${this.options.preemptions === 1 ? 'preemption' : 'preemptions'}`
        : null);
    return {
      complete,
      bound: this.finished ? bound : 'stopped early',
      schedules: this.schedules,
      transitions: this.transitions,
      properties: this.findings.verdicts(complete),
      finalStates: this.findings.states(),
    };
  }

  private oneSchedule(): void {
    // The world of the schedule before is not looked at any more.
    this.arena.recycle();
    const execution = new Execution(this.program, this.options.memory ?? 'sc', this.arena);
    if (!this.watchers.start(execution)) {
      this.startOver();
      return;
    }
    // Everything up to the node where this schedule leaves the one before it was seen already.
    const known = Math.max(this.stack.length - 1, 0);
    this.order.truncate(known);
    for (let depth = 0; depth < known; depth++) {
      execution.repeat(this.stack[depth].actor, this.stack[depth].outcomes);
    }
    this.transitions += known;
    for (let depth = known; ; depth++) {
      const node = depth < this.stack.length ? this.stack[depth] : this.extend(execution, depth);
      if (node === null) break;
      if (!this.follow(execution, node)) {
        this.startOver();
        return;
      }
      if (this.options.transitions !== undefined && this.transitions >= this.options.transitions) {
        this.bound = `${this.options.transitions} transitions`;
        this.finished = true;
        return;
      }
    }
    this.end(execution);
    this.backtrack();
  }

  /** Takes a node's transition, which no schedule has taken before; false where the search must start over. */
  private follow(execution: Execution, node: Node): boolean {
    const transition = execution.take(node.actor, node.outcomes);
    this.transitions++;
    if (execution.engine.actors > this.actors) {
      if (execution.engine.actors > MAX_ACTORS)
        throw new RangeError(`a search takes at most ${MAX_ACTORS} actors`);
      this.actors = MAX_ACTORS;
      return false;
    }
    this.watchers.mark(transition);
    node.footprint = node.footprint === null ? transition : both(node.footprint, transition);
    node.taken = transition;
    node.outcomes = transition.outcomes;
    this.order.append(transition, this.onRace);
    const { events } = this.order;
    if (execution.threw) {
      this.findings.brokenAt(NO_ERROR, events, events.length - 1, execution.error!.message);
    }
    return this.watchers.check(execution, transition, events);
  }

  /** Chooses who goes on in a state not met before, or null where the schedule ends. */
  private extend(execution: Execution, depth: number): Node | null {
    const list = execution.enabled();
    if (list.length === 0) return null;
    let enabled = 0;
    for (const actor of list) enabled |= 1 << actor;
    const parent = depth === 0 ? null : this.stack[depth - 1];
    let sleep = 0;
    let asleep = NOBODY;
    if (parent !== null && parent.sleep !== 0 && !this.options.unreduced) {
      asleep = [];
      for (let actor = 0; parent.sleep >> actor !== 0; actor++) {
        if ((parent.sleep & (1 << actor)) === 0 || actor === parent.actor) continue;
        if (stepsDependent(parent.asleep[actor], parent.taken!)) continue;
        sleep |= 1 << actor;
        asleep[actor] = parent.asleep[actor];
      }
    }
    const awake = enabled & ~sleep;
    if (awake === 0) return null;
    const last = parent === null ? 0 : 1 << parent.actor;
    const actor = 31 - Math.clz32((awake & last) !== 0 ? last : awake & -awake);
    const preemptions =
      parent === null ? 0 : parent.preemptions + this.preempts(parent, parent.actor, depth - 1);
    const limit = this.options.preemptions ?? Infinity;
    if ((enabled & last) !== 0 && last !== 1 << actor && preemptions >= limit) {
      this.cut = true;
      return null;
    }
    const backtrack = this.options.unreduced ? awake : 1 << actor;
    const node: Node = {
      enabled,
      sleep,
      asleep,
      backtrack,
      preemptions,
      actor,
      outcomes: FIRST,
      footprint: null,
      taken: null,
    };
    this.stack.push(node);
    return node;
  }

  /** 1 where choosing `actor` at a node takes the CPU from one that could have gone on. */
  private preempts(node: Node, actor: number, depth: number): number {
    const before = depth === 0 ? actor : this.stack[depth - 1].actor;
    return before !== actor && (node.enabled & (1 << before)) !== 0 ? 1 : 0;
  }

  /** An event and a later transition race: explore, from before the event, something that leads the other way. */
  private reverse(first: number, actor: number, clock: Clock): void {
    if (this.options.unreduced) return;
    const { events } = this.order;
    const event = events[first];
    const node = this.stack[first];
    // What sleeps here was explored from an earlier state.
    const covered = node.backtrack | node.sleep;
    if ((node.enabled & ~covered) === 0) return;
    const between: Event[] = [];
    for (let i = first + 1; i < events.length; i++)
      if (!isBefore(event, events[i].clock)) between.push(events[i]);
    // Whoever could begin what comes instead: an actor none of whose predecessors is among what comes instead.
    let initials = 0;
    let seen = 0;
    for (let i = 0; i <= between.length; i++) {
      const who = 1 << (i < between.length ? between[i].actor : actor);
      if ((seen & who) !== 0) continue;
      seen |= who;
      const itsClock = i < between.length ? between[i].clock : clock;
      let follows = false;
      for (let j = 0; j < i && !follows; j++) follows = isBefore(between[j], itsClock);
      if (!follows) initials |= who;
    }
    if ((initials & covered) !== 0) return;
    const possible = initials & node.enabled;
    if (possible === 0) node.backtrack = node.enabled;
    else node.backtrack |= (possible & (1 << actor)) !== 0 ? 1 << actor : possible & -possible;
  }

  /** A schedule has come to its end: who is stuck, what holds of the final state, and what could still race. */
  private end(execution: Execution): void {
    const { engine, world, error } = execution;
    if (execution.enabled().length > 0) return;
    this.schedules++;
    const { events } = this.order;
    let stuck = false;
    for (let actor = 0; actor < engine.actors; actor++) {
      const wants = engine.pendingRequest(actor)?.wants;
      if (wants !== undefined) this.order.pending({ actor, ...wants }, this.onRace);
      if (engine.isDaemon(actor) || error !== null) continue;
      const why = engine.whyStuck(actor);
      if (why === 'done' || why === 'can go on') continue;
      stuck = true;
      const name = why === 'lock' ? NO_DEADLOCK : why === 'asleep' ? NO_LOST_WAKEUP : RETRIES_END;
      this.findings.brokenBy(name, events, `${engine.nameOf(actor)} waits for ever`);
    }
    if (error !== null || stuck) {
      this.findings.endedIn(error !== null ? 'error' : 'stuck');
      return;
    }
    this.watchers.finish(execution, events);
    if (world.finalState !== undefined) {
      this.findings.endedIn(execution.watching(() => world.finalState!()).result);
    }
  }

  /** Goes to the next schedule: the last state from which something is left to explore. */
  private backtrack(): void {
    const limit = this.options.preemptions ?? Infinity;
    while (this.stack.length > 0) {
      const depth = this.stack.length - 1;
      const node = this.stack[depth];
      const next = nextOutcomes(node.taken!);
      if (next !== null) {
        node.outcomes = next;
        return;
      }
      node.sleep |= 1 << node.actor;
      if (node.asleep === NOBODY) this.stack[depth] = { ...node, asleep: [] };
      const here = this.stack[depth];
      here.asleep[here.actor] = here.footprint!;
      const left = this.nextActor(here, depth, limit);
      if (left >= 0) {
        here.actor = left;
        here.outcomes = FIRST;
        here.footprint = null;
        return;
      }
      this.stack.pop();
    }
    this.finished = true;
  }

  /** An actor left to explore from a node, or -1. */
  private nextActor(node: Node, depth: number, limit: number): number {
    for (let left = node.backtrack & ~node.sleep; left !== 0; left &= left - 1) {
      const actor = 31 - Math.clz32(left & -left);
      if (node.preemptions + this.preempts(node, actor, depth) <= limit) return actor;
      this.cut = true;
    }
    return -1;
  }

  private startOver(): void {
    this.stack = [];
    this.order = new HappensBefore(this.actors);
    this.schedules = 0;
    this.findings.clear();
    if (++this.restarts > 1000) throw new Error('a property reads other objects in every schedule');
  }
}

const NOBODY: Footprint[] = [];
const FIRST: readonly number[] = [];

function both(a: Footprint, b: Footprint): Footprint {
  return { objects: [...a.objects, ...b.objects], kinds: [...a.kinds, ...b.kinds] };
}

/** The next combination of outcomes of a transition, or null after the last. */
function nextOutcomes(transition: Transition): number[] | null {
  for (let i = transition.outcomes.length - 1; i >= 0; i--) {
    if (transition.outcomes[i] + 1 < transition.counts[i]) {
      return [...transition.outcomes.slice(0, i), transition.outcomes[i] + 1];
    }
  }
  return null;
}
