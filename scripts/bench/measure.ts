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

/** ns that `work` takes. */
export function time(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

/** The middle one of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians of `rounds` rounds in which every piece of work is timed once, after one round that is not counted. */
export function turns(rounds: number, work: Readonly<Record<string, () => void>>): Record<string, number> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(work).map(name => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(work)) {
      const ns = time(work[name]);
      if (round > 0) times[name].push(ns);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
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
