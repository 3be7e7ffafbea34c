/** A schedule under two protocols, step by step: what each does, and where they part. */
import type { FollowedStep } from '../../model/races/beside.ts';
import type { PlayedStep } from '../../model/races/playback.ts';
import type { StateTable } from '../../model/races/race.ts';

/** One step under both. */
export interface At {
  readonly actorName: string;
  /** What it does under the first protocol. */
  readonly first: string;
  /** What it does under the other, and why it does nothing where it does not go. */
  readonly what: string | null;
  readonly refusal: string | null;
  readonly same: boolean;
  /** Properties that break at this step: under the first protocol, under the other. */
  readonly firstBreaks: readonly string[];
  readonly breaks: readonly string[];
}

interface Broken {
  readonly broken: readonly { readonly name: string }[];
}

/** The properties that are broken at the nth of some moments and were not before. */
function breaksAt(moments: readonly Broken[], nth: number): string[] {
  const before = new Set(nth === 0 ? [] : moments[nth - 1].broken.map(({ name }) => name));
  return moments[nth].broken.map(({ name }) => name).filter(name => !before.has(name));
}

/** The steps of a schedule, under both protocols. */
export function rowsOf(
  first: { readonly steps: readonly PlayedStep<unknown>[] },
  other: { readonly steps: readonly FollowedStep<unknown>[] },
): At[] {
  return first.steps.map(({ actorName, what }, nth) => {
    const step = other.steps[nth];
    return {
      actorName,
      first: what,
      what: step.what,
      refusal: step.refusal,
      same: step.what === what,
      firstBreaks: breaksAt(first.steps, nth),
      breaks: breaksAt(other.steps, nth),
    };
  });
}

/** How many cells of two machines' tables are not the same. */
export function differingCells(tables: readonly StateTable[], others: readonly StateTable[]): number {
  let sum = 0;
  const most = (a: readonly unknown[] = [], b: readonly unknown[] = []) => Math.max(a.length, b.length);
  for (let t = 0; t < most(tables, others); t++) {
    const [rows, otherRows] = [tables[t]?.rows, others[t]?.rows];
    for (let r = 0; r < most(rows, otherRows); r++)
      for (let c = 0; c < most(rows?.[r], otherRows?.[r]); c++)
        if (rows?.[r]?.[c] !== otherRows?.[r]?.[c]) sum++;
  }
  return sum;
}
