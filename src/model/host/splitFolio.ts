/**
 * Splitting a transparent huge page into 512 pages that go their own ways (split_huge_page, mm/huge_memory.c): what the
 * host does before it takes one of them, be it to move it or to swap it out.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { OWNER_ANON } from './frames.ts';
import type { Mm } from './mm.ts';
import { PAGES_PER_2M } from './units.ts';

/** Why a huge page stayed one. */
export type SplitResult = 'split' | 'not-huge' | 'referenced';

/**
 * Splits the huge page that `mm` alone maps at a host virtual page. Somebody else's reference or pin keeps it whole, for
 * nobody could tell which of the small pages it was meant for.
 */
export function* splitFolio(mm: Mm, page: number): Actor<SplitResult> {
  const start = page - (page % PAGES_PER_2M);
  if (!isOwnHuge(mm, start)) return 'not-huge';
  // Asked before anybody is disturbed (can_split_huge_page), and again when nobody can come between.
  if (isHeld(mm, start)) return 'referenced';
  const range = mm.rangeOf(start, start + PAGES_PER_2M, 'clear');
  yield* mm.invalidateStart(range);
  if (mm.engine.stepwise) yield POINT;
  const held = !isOwnHuge(mm, start) || isHeld(mm, start);
  if (!held) {
    mm.frames.splitFolio(mm.table.pfn(start));
    mm.table.split(start);
  }
  yield* mm.invalidateEnd(range);
  return held ? 'referenced' : 'split';
}

function isOwnHuge(mm: Mm, start: number): boolean {
  return mm.table.levelOf(start) === 2 && mm.frames.owner(mm.table.pfn(start)) === OWNER_ANON;
}

function isHeld(mm: Mm, start: number): boolean {
  const head = mm.table.pfn(start);
  return mm.frames.references(head) !== 1 || mm.frames.pinCount(head) > 0;
}
