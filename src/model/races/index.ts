import { flipVsFault } from './privateMemory/flipVsFault.ts';
import type { Race } from './race.ts';

/** Every race, in the order of the debates. */
export const races: readonly Race[] = [flipVsFault];

/** The race of an id, or undefined. */
export function findRace(id: string): Race | undefined {
  return races.find(race => race.id === id);
}
