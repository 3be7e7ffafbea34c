/**
 * Properties at work in a search.
 *
 * Partial-order reduction keeps final states, not every state in between. So a property that must hold always counts
 * as one more shared object, which every step writes that writes something the property reads: such steps are then
 * explored in every order.
 */
import { WRITE } from '../access.ts';
import type { Execution, Transition } from './execution.ts';
import type { Findings } from './findings.ts';
import type { Event } from './happensBefore.ts';
import { NO_DEADLOCK, NO_ERROR, NO_LOST_WAKEUP, RETRIES_END } from './program.ts';

export class Watchers {
  private readonly findings: Findings;
  /** For each property, the objects that its check has read so far; null before the first schedule. */
  private watched: Set<number>[] | null = null;
  /** Properties broken in the current schedule: only what broke one first is worth telling. */
  private readonly broken = new Set<number>();

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /**
   * Checks every `always` property before the first step of a schedule.
   *
   * @returns false where a check has read something for the first time: earlier footprints lack it, so that the
   *   search must start over.
   */
  start(execution: Execution): boolean {
    const { properties } = execution.world;
    this.broken.clear();
    if (this.watched === null) {
      this.watched = properties.map(() => new Set<number>());
      const names = properties.map(property => property.name);
      this.findings.names = [...names, NO_DEADLOCK, NO_LOST_WAKEUP, RETRIES_END, NO_ERROR];
    }
    let same = true;
    for (let p = 0; p < properties.length; p++) {
      if (properties[p].when === 'always' && !this.checkOne(execution, p, [])) same = false;
    }
    return same;
  }

  /** Adds to a transition the properties that it may have changed, as objects with negative ids. */
  mark(transition: Transition): void {
    const { objects, kinds } = transition;
    const length = objects.length;
    for (let p = 0; p < this.watched!.length; p++) {
      const watched = this.watched![p];
      for (let i = 0; i < length; i++) {
        if (kinds[i] !== WRITE || !watched.has(objects[i])) continue;
        objects.push(-1 - p);
        kinds.push(WRITE);
        break;
      }
    }
  }

  /** Checks the properties that the last of `events` may have changed; false as `start`. */
  check(execution: Execution, transition: Transition, events: readonly Event[]): boolean {
    let same = true;
    for (const object of transition.objects) {
      if (object < 0 && !this.broken.has(-1 - object) && !this.checkOne(execution, -1 - object, events))
        same = false;
    }
    return same;
  }

  /** Checks the `finally` properties at the end of a schedule. */
  finish(execution: Execution, events: readonly Event[]): void {
    for (const property of execution.world.properties) {
      if (property.when !== 'finally') continue;
      const { result } = execution.watching(() => property.check());
      if (result !== true) this.findings.brokenBy(property.name, events, result);
    }
  }

  private checkOne(execution: Execution, p: number, events: readonly Event[]): boolean {
    const property = execution.world.properties[p];
    const watched = this.watched![p];
    const { result, objects } = execution.watching(() => property.check());
    let same = true;
    for (const object of objects) {
      if (watched.has(object)) continue;
      watched.add(object);
      same = false;
    }
    if (result !== true) {
      this.broken.add(p);
      if (events.length === 0) this.findings.brokenBy(property.name, events, result);
      else this.findings.brokenAt(property.name, events, events.length - 1, result);
    }
    return same;
  }
}
