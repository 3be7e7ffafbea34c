import type { Event } from './happensBefore.ts';
import { isBefore } from './happensBefore.ts';

/**
 * The transitions that had to come before event `last`, and it, in an order that switches actors seldom: always the
 * same actor while it can go on.
 */
export function causalPast(events: readonly Event[], last: number): Event[] {
  const end = events[last];
  const past = events.filter((event, i) => i === last || (i < last && isBefore(event, end.clock)));
  return withFewSwitches(withoutIdle(past));
}

/**
 * Leaves out transitions that touch nothing and only bring an actor to where it waits: played without them, its next
 * transition does both.
 */
export function withoutIdle(events: readonly Event[]): Event[] {
  const goOn = new Set<number>();
  const kept: Event[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    const { actor, transition } = events[i];
    const idle = transition.objects.length + transition.woken.length + transition.outcomes.length === 0;
    if (!idle || !goOn.has(actor)) kept.push(events[i]);
    goOn.add(actor);
  }
  return kept.reverse();
}

/** The same transitions in an order that the clocks allow and that switches actors seldom. */
export function withFewSwitches(events: readonly Event[]): Event[] {
  const left = [...events];
  const out: Event[] = [];
  let actor = -1;
  while (left.length > 0) {
    const ready = left.filter(event => left.every(other => other === event || !isBefore(other, event.clock)));
    // Staying with an actor costs nothing; else the one that can go on longest is taken.
    let next = ready.find(event => event.actor === actor);
    if (next === undefined) {
      let best = -1;
      for (const candidate of ready) {
        const run = runLength(left, candidate);
        if (run > best) {
          best = run;
          next = candidate;
        }
      }
    }
    out.push(next!);
    left.splice(left.indexOf(next!), 1);
    actor = next!.actor;
  }
  return out;
}

/** Number of transitions that an actor could take one after another, beginning with `first`. */
function runLength(left: readonly Event[], first: Event): number {
  let run = 0;
  for (const event of left) {
    if (event.actor !== first.actor) continue;
    const waits = left.some(other => other.actor !== first.actor && isBefore(other, event.clock));
    if (waits) break;
    run++;
  }
  return run;
}
