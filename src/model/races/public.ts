/**
 * The races of this site, and searching them.
 *
 * @module races
 */
export { findRace, races } from './index.ts';
export type { Playback } from './playback.ts';
export { playSchedule } from './playback.ts';
export type { RaceWorld } from './race.ts';
export { findDesign, type Race, type RaceDesign, searchRace } from './race.ts';
