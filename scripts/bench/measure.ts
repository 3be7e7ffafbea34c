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

/** The middle one of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What several pieces of work took, ns, a round each. */
export type Turns<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Times every piece of work once in each of `rounds` rounds, after one round that is not counted. */
export function turns<Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => void>>,
): Turns<Name> {
  const names = Object.keys(work) as Name[];
  const times = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const ns = time(work[name]);
      if (round > 0) times[name].push(ns);
    }
  }
  return times;
}

/** The middle one of the ratios that the rounds had: a round that others disturbed slows both alike, or is an outlier. */
export function ratio<Name extends string>(times: Turns<Name>, over: Name, under: Name): number {
  return median(times[over].map((ns, round) => ns / times[under][round]));
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
