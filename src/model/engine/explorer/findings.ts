/** What a search has found: broken properties with the fewest steps that break them, and final states. */
import type { Event } from './happensBefore.ts';
import { causalPast, withFewSwitches, withoutIdle } from './linearize.ts';
import { formatSchedule } from './schedule.ts';

/** What a search says of one property. */
export interface Verdict {
  readonly name: string;
  readonly holds: boolean;
  /** A schedule that breaks it, and what was wrong there. */
  readonly schedule: string | null;
  readonly steps: number | null;
  readonly what: string | null;
  /** True where no schedule with fewer steps breaks it, because the search has seen all. */
  readonly shortest: boolean;
}

interface Found {
  readonly schedule: string;
  readonly steps: number;
  readonly what: string;
}

export class Findings {
  /** Every property that is checked, in the order of reports. */
  names: readonly string[] = [];
  private readonly found = new Map<string, Found>();
  private readonly finalStates = new Set<string>();

  /** A property is broken once event `at` has happened: what had to come before it, and it, are the steps. */
  brokenAt(name: string, events: readonly Event[], at: number, what: string): void {
    this.keep(name, causalPast(events, at), what);
  }

  /** A property is broken by a whole schedule. */
  brokenBy(name: string, events: readonly Event[], what: string): void {
    const before = this.found.get(name);
    const steps = withoutIdle(events);
    if (before === undefined || steps.length < before.steps) this.keep(name, withFewSwitches(steps), what);
  }

  /** A schedule has ended in a state. */
  endedIn(state: string): void {
    this.finalStates.add(state);
  }

  /** @param complete whether every schedule was seen, so that the fewest steps found are the fewest there are. */
  verdicts(complete: boolean): Verdict[] {
    return this.names.map(name => {
      const found = this.found.get(name);
      return {
        name,
        holds: found === undefined,
        schedule: found?.schedule ?? null,
        steps: found?.steps ?? null,
        what: found?.what ?? null,
        shortest: found !== undefined && complete,
      };
    });
  }

  /** Final states met, in order of their text. */
  states(): string[] {
    return [...this.finalStates].sort();
  }

  clear(): void {
    this.found.clear();
    this.finalStates.clear();
  }

  private keep(name: string, steps: readonly Event[], what: string): void {
    const before = this.found.get(name);
    if (before !== undefined && before.steps <= steps.length) return;
    this.found.set(name, {
      schedule: formatSchedule(steps.map(e => e.transition)),
      steps: steps.length,
      what,
    });
  }
}
