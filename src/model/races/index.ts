import { alias } from './memoryType/alias.ts';
import { zapVsMigrate } from './pinning/zapVsMigrate.ts';
import { earlyAllocation } from './privateMemory/earlyAllocation.ts';
import { flipVsFault } from './privateMemory/flipVsFault.ts';
import type { Race } from './race.ts';
import { faultVsInvalidate } from './sharedOnly/faultVsInvalidate.ts';
import { preciseZap } from './sharedOnly/preciseZap.ts';
import { clearVsFault } from './userfault/clearVsFault.ts';
import { doubleInstall } from './userfault/doubleInstall.ts';
import { lostWakeup } from './userfault/lostWakeup.ts';

/** Every race, in the order of the debates. */
export const races: readonly Race[] = [
  flipVsFault,
  earlyAllocation,
  faultVsInvalidate,
  preciseZap,
  zapVsMigrate,
  alias,
  doubleInstall,
  clearVsFault,
  lostWakeup,
];

/** The race of an id, or undefined. */
export function findRace(id: string): Race | undefined {
  return races.find(race => race.id === id);
}
