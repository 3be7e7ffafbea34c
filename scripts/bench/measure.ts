/** Ratios of things measured in one run, turn and turn about, so that a machine that slows down slows both. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap and of array buffers that a collection leaves. */
export function retainedBytes(): number {
  // What the first round lets go of, such as buffers behind finalizers, the second one collects.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** ns of CPU time that `work` takes, the collector's threads included: what other processes take does not count. */
function time(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return 1000 * (user + system);
}

/** What several pieces of work took, ns, a round each. */
export type Turns<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/**
 * Times every piece of work once in each of `rounds` rounds, after two rounds that are not counted. Nothing is collected
 * on purpose in between: a full collection takes compiled code away, and each round would begin cold.
 */
export function turns<Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => void>>,
): Turns<Name> {
  const names = Object.keys(work) as Name[];
  const times = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const ns = time(work[name]);
      if (round >= 0) times[name].push(ns);
    }
  }
  return times;
}

/**
 * ns of a piece of work in its best round. What else the machine does only ever adds to a round, by a full cache or a
 * shared core even where CPU time is counted: of many short rounds the best is what the work itself takes.
 */
export function best<Name extends string>(times: Turns<Name>, name: Name): number {
  return Math.min(...times[name]);
}

/** The best round of one piece of work over the best of another. */
export function ratio<Name extends string>(times: Turns<Name>, over: Name, under: Name): number {
  return best(times, over) / best(times, under);
}

let missed = 0;

/** Prints one figure beside the bound it should keep. */
export function report(
  what: string,
  value: number,
  relation: '>=' | '<=',
  bound: number,
  unit: string,
): void {
  const kept = relation === '>=' ? value >= bound : value <= bound;
  if (!kept) missed++;
  const sign = relation === '>=' ? 'at least' : 'at most';
  console.log(`${kept ? 'ok    ' : 'MISSED'} ${what}: ${value.toPrecision(4)} ${unit} (${sign} ${bound})`);
}

/** Number of bounds missed so far. */
export function missedBounds(): number {
  return missed;
}
