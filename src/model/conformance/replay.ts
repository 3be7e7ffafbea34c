/** Replays whole recordings and says how they compare. */
import { profileOf } from './profileOf.ts';
import type { Recording } from './recording.ts';
import { type CaseVerdict, replayCase } from './replayCase.ts';

/** What the cases of a family came to. */
export interface FamilyVerdict {
  readonly family: string;
  cases: number;
  ops: number;
  mismatches: number;
}

/** What the replay of a recording came to. */
export interface Verdict {
  /** In the order in which they were met. */
  readonly families: readonly FamilyVerdict[];
  readonly cases: number;
  readonly ops: number;
  readonly mismatches: number;
  /** Cases with mismatches. */
  readonly failed: readonly CaseVerdict[];
}

/** Replays every case of a recording, each on a machine of its own. */
export function replay(recording: Recording): Verdict {
  const machine = profileOf(recording.meta);
  return summarise(recording.cases.map(recorded => replayCase(recorded, machine)));
}

/** Adds up verdicts. */
export function summarise(verdicts: readonly CaseVerdict[]): Verdict {
  const families = new Map<string, FamilyVerdict>();
  for (const { family, ops, mismatches } of verdicts) {
    let sum = families.get(family);
    if (sum === undefined) {
      sum = { family, cases: 0, ops: 0, mismatches: 0 };
      families.set(family, sum);
    }
    sum.cases++;
    sum.ops += ops;
    sum.mismatches += mismatches.length;
  }
  const list = [...families.values()];
  return {
    families: list,
    cases: verdicts.length,
    ops: total(list, 'ops'),
    mismatches: total(list, 'mismatches'),
    failed: verdicts.filter(verdict => verdict.mismatches.length > 0),
  };
}

function total(families: readonly FamilyVerdict[], key: 'ops' | 'mismatches'): number {
  return families.reduce((sum, family) => sum + family[key], 0);
}
