/**
 * Which transitions of a schedule had to come before which, by vector clocks, and which pairs could have come the
 * other way round.
 *
 * It follows a search: transitions are appended as a schedule grows and taken back when the search returns to an
 * earlier state, so that a beginning shared by many schedules is worked out once.
 */
import { ORDER, SIGNAL } from '../access.ts';
import { race, readLike } from './conflicts.ts';
import type { Transition } from './execution.ts';

/** For each actor, a number of its transitions. Never changed once made: others may hold it. */
export type Clock = readonly number[];

/** A transition in its place in a schedule. */
export interface Event {
  readonly transition: Transition;
  readonly actor: number;
  /** Which transition of its actor it is, counting from 1. */
  readonly nth: number;
  /** For each actor, how many of its transitions come before this one or are it. */
  readonly clock: Clock;
  /** Lengths of the lists of changes before it. */
  readonly objectMark: number;
  readonly clockMark: number;
}

/** An access that an actor was waiting to make when the schedule ended. */
export interface PendingAccess {
  readonly actor: number;
  readonly object: number;
  readonly kind: number;
}

/** Told of a race: event `first` of the schedule and a transition of `actor` could have come the other way round. */
export type OnRace = (first: number, actor: number, clock: Clock) => void;

const KINDS = 8;

/** What is known of one object at the end of the schedule so far. */
interface ObjectState {
  /** Of everything exclusive, and of everything shared, that was done to it. */
  exclusive: Clock;
  shared: Clock;
  /** Position of the last access of each actor and kind, or -1. */
  readonly last: number[];
  /** Which of those were ever set: few actors touch one object. */
  readonly used: number[];
}

/** True when event `a` comes before the transition with this clock. */
export function isBefore(a: Event, clock: Clock): boolean {
  return clock[a.actor] >= a.nth;
}

export class HappensBefore {
  readonly events: Event[] = [];
  private readonly zero: Clock;
  private readonly clocks: Clock[] = [];
  /** By place: every access of every step is looked up here, and ids are small. */
  private readonly objects: (ObjectState | undefined)[] = [];
  /** What appends have changed, newest last, so that they can be taken back. */
  private readonly changedActors: number[] = [];
  private readonly changedClocks: Clock[] = [];
  private readonly changedStates: ObjectState[] = [];
  private readonly changedExclusive: Clock[] = [];
  private readonly changedShared: Clock[] = [];
  private readonly changedSlots: number[] = [];
  private readonly changedLast: number[] = [];

  /** @param actors the most actors that any schedule has. */
  constructor(actors: number) {
    this.zero = new Array(actors).fill(0);
    for (let i = 0; i < actors; i++) this.clocks.push(this.zero);
  }

  /** Appends a transition; `onRace` hears of every race with an earlier one. */
  append(transition: Transition, onRace: OnRace): void {
    const { actor, objects, kinds, woken } = transition;
    const before = this.clocks[actor];
    const clock = before.slice();
    const nth = ++clock[actor];
    for (let i = 0; i < objects.length; i++) this.follow(objects[i], kinds[i], clock);
    for (let i = 0; i < objects.length; i++) this.races(actor, objects[i], kinds[i], before, clock, onRace);
    const objectMark = this.changedStates.length;
    const clockMark = this.changedActors.length;
    for (let i = 0; i < objects.length; i++) {
      if (kinds[i] !== ORDER) this.record(objects[i], kinds[i], actor, clock);
    }
    this.setClock(actor, clock);
    for (const other of woken) this.setClock(other, joined(this.clocks[other], clock));
    this.events.push({ transition, actor, nth, clock, objectMark, clockMark });
  }

  /** Takes back every transition from position `length` on. */
  truncate(length: number): void {
    if (this.events.length <= length) return;
    const { objectMark, clockMark } = this.events[length];
    this.events.length = length;
    for (let i = this.changedStates.length - 1; i >= objectMark; i--) {
      const state = this.changedStates.pop()!;
      state.exclusive = this.changedExclusive.pop()!;
      state.shared = this.changedShared.pop()!;
      state.last[this.changedSlots.pop()!] = this.changedLast.pop()!;
    }
    for (let i = this.changedActors.length - 1; i >= clockMark; i--) {
      this.clocks[this.changedActors.pop()!] = this.changedClocks.pop()!;
    }
  }

  /** Looks for races of an access that never came to pass, because its actor waited for it to the end. */
  pending({ actor, object, kind }: PendingAccess, onRace: OnRace): void {
    const before = this.clocks[actor];
    const clock = before.slice();
    clock[actor]++;
    this.races(actor, object, kind, before, clock, onRace);
  }

  private races(
    actor: number,
    object: number,
    kind: number,
    before: Clock,
    clock: Clock,
    onRace: OnRace,
  ): void {
    const state = this.objects[placeOf(object)];
    if (state === undefined) return;
    for (const slot of state.used) {
      const position = state.last[slot];
      if (position < 0 || !race(kind, slot % KINDS)) continue;
      const event = this.events[position];
      // Compared with the clock before the step: that a lock was released in between is no reason why it could not
      // have been taken first.
      if (event.actor !== actor && !isBefore(event, before)) onRace(position, actor, clock);
    }
  }

  private follow(object: number, kind: number, clock: number[]): void {
    const state = this.objects[placeOf(object)];
    if (state === undefined || kind === SIGNAL) return;
    join(clock, state.exclusive);
    if (!readLike(kind)) join(clock, state.shared);
  }

  private setClock(actor: number, clock: Clock): void {
    this.changedActors.push(actor);
    this.changedClocks.push(this.clocks[actor]);
    this.clocks[actor] = clock;
  }

  private record(object: number, kind: number, actor: number, clock: Clock): void {
    const place = placeOf(object);
    while (this.objects.length <= place) this.objects.push(undefined);
    let state = this.objects[place];
    if (state === undefined) {
      state = { exclusive: this.zero, shared: this.zero, last: [], used: [] };
      this.objects[place] = state;
    }
    const slot = actor * KINDS + kind;
    if (state.last[slot] === undefined) {
      state.last[slot] = -1;
      state.used.push(slot);
    }
    this.changedStates.push(state);
    this.changedExclusive.push(state.exclusive);
    this.changedShared.push(state.shared);
    this.changedSlots.push(slot);
    this.changedLast.push(state.last[slot]);
    // Whoever follows everything is later than all of it: only then nothing has to be put together.
    if (readLike(kind)) state.shared = joined(state.shared, clock);
    else if (kind === SIGNAL) state.exclusive = joined(state.exclusive, clock);
    else state.exclusive = clock;
    state.last[slot] = this.events.length;
  }
}

/** Where an object's state is kept: properties, whose ids are negative, between the others. */
function placeOf(object: number): number {
  return object < 0 ? 2 * ~object + 1 : 2 * object;
}

function join(into: number[], from: Clock): void {
  for (let i = 0; i < into.length; i++) if (from[i] > into[i]) into[i] = from[i];
}

function joined(a: Clock, b: Clock): Clock {
  const out = a.slice();
  join(out, b);
  return out;
}
