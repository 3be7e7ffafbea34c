import type { Engine } from '../../engine/engine.ts';
import type { Actor } from '../../engine/step.ts';
import type { TimelineLane, TimelineSlice } from '../view.ts';

/** What a time an actor spent is called, by its length in ns. */
export type Names = (ns: number) => string;

/** The lanes of some actors, filled while they run. */
export class Watch {
  private readonly engine: Engine;
  private readonly names: Names;
  private readonly lanes = new Map<string, TimelineSlice[]>();

  constructor(engine: Engine, names: Names) {
    this.engine = engine;
    this.names = names;
  }

  /** Runs `actor` and notes on `lane` what it spends time on: what it does itself, and what it waits for. */
  *follow<T>(lane: string, actor: Actor<T>): Actor<T> {
    const slices = this.lanes.get(lane) ?? [];
    this.lanes.set(lane, slices);
    for (let at = actor.next(); ; at = actor.next()) {
      if (at.done) return at.value;
      const start = this.engine.now;
      yield at.value;
      const end = this.engine.now;
      if (end === start) continue;
      const waits = at.value < 0;
      slices.push({
        start,
        end,
        name: waits ? 'waits' : this.names(end - start),
        kind: waits ? 'wait' : 'run',
      });
    }
  }

  /** Slices of one lane. */
  slices(lane: string): readonly TimelineSlice[] {
    return this.lanes.get(lane) ?? [];
  }

  /** All lanes, in the order in which they were first followed. */
  view(): TimelineLane[] {
    return [...this.lanes].map(([name, slices]) => ({ name, slices }));
  }
}

/** Names times by what they are the costs of; what is in no entry of `words` is called unknown, which tests look for. */
export function namesOf(words: readonly (readonly [ns: number, name: string])[]): Names {
  return ns => words.find(([known]) => known === ns)?.[1] ?? `unknown: ${ns} ns`;
}
