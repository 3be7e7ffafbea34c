/** Which accesses to one object matter in which order. */
import { ACQUIRE, ACQUIRE_SHARED, ORDER, READ, RELEASE, RELEASE_SHARED, WRITE } from '../access.ts';

/** Accesses that many actors can make in any order: they only follow the others. */
const READ_LIKE = bit(READ) | bit(ACQUIRE_SHARED) | bit(RELEASE_SHARED);

/** For each kind, the kinds that it races with: both could come first. */
const RACES: readonly number[] = [
  /* READ */ bit(WRITE),
  /* WRITE */ bit(READ) |
    bit(WRITE) |
    bit(ACQUIRE) |
    bit(ACQUIRE_SHARED) |
    bit(RELEASE) |
    bit(RELEASE_SHARED),
  /* ACQUIRE */ bit(WRITE) | bit(ACQUIRE) | bit(ACQUIRE_SHARED),
  /* ACQUIRE_SHARED */ bit(WRITE) | bit(ACQUIRE),
  /* RELEASE */ bit(WRITE),
  /* RELEASE_SHARED */ bit(WRITE),
  /* ORDER */ 0,
  /* SIGNAL */ 0,
];

function bit(kind: number): number {
  return 1 << kind;
}

/** Whether two accesses to one object race. */
export function race(a: number, b: number): boolean {
  return (RACES[a] & bit(b)) !== 0;
}

/** Whether an access follows exclusive ones only (else it follows all of them). */
export function readLike(kind: number): boolean {
  return (READ_LIKE & bit(kind)) !== 0;
}

/**
 * Whether two accesses to one object, both possible now, matter in which order. Waiting steps and those that make
 * them possible are never possible at once, or can be swapped.
 */
export function dependent(a: number, b: number): boolean {
  if (a >= ORDER || b >= ORDER) return a < ORDER || b < ORDER;
  return !(readLike(a) && readLike(b));
}

/** Objects and kinds of one step. */
export interface Footprint {
  readonly objects: readonly number[];
  readonly kinds: readonly number[];
}

/** Whether the order of two steps of different actors matters. */
export function stepsDependent(a: Footprint, b: Footprint): boolean {
  for (let i = 0; i < a.objects.length; i++) {
    for (let j = 0; j < b.objects.length; j++) {
      if (a.objects[i] === b.objects[j] && dependent(a.kinds[i], b.kinds[j])) return true;
    }
  }
  return false;
}
