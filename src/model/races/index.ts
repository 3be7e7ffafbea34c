import { zapVsMigrate } from './pinning/zapVsMigrate.ts';
import { earlyAllocation } from './privateMemory/earlyAllocation.ts';
import { flipVsFault } from './privateMemory/flipVsFault.ts';
import type { Race } from './race.ts';
import { faultVsInvalidate } from './sharedOnly/faultVsInvalidate.ts';
import { preciseZap } from './sharedOnly/preciseZap.ts';

/** Every race, in the order of the debates. */
export const races: readonly Race[] = [
  flipVsFault,
  earlyAllocation,
  faultVsInvalidate,
  preciseZap,
  zapVsMigrate,
];

/** The race of an id, or undefined. */
export function findRace(id: string): Race | undefined {
  return races.find(race => race.id === id);
}
