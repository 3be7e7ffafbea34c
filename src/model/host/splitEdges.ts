/** Huge leaves that reach over the edges of a range of pages: what is done to the range must not be done to their rest. */
import type { Actor } from '../engine/step.ts';
import { splitHuge } from './hugeFault.ts';
import type { Mm } from './mm.ts';
import { pagesOf } from './units.ts';

/** Splits huge leaves that reach over the edges of pages [start, end), where nobody is left to be told. */
export function splitEdges(mm: Mm, start: number, end: number): void {
  for (const page of edgesOf(mm, start, end)) splitHuge(mm, page);
}

/**
 * The same, each announced for all that the leaf maps (__split_huge_pmd, mm/huge_memory.c): who maps a page beside the
 * range may do so with a large leaf over the whole, for as long as the host has one.
 */
export function* announceSplits(mm: Mm, start: number, end: number): Actor {
  for (const page of edgesOf(mm, start, end)) yield* splitRange(mm, page);
}

/** Splits the huge leaf that maps a page, if one does, announced for all that it maps. */
export function* splitRange(mm: Mm, page: number): Actor {
  const level = mm.table.levelOf(page);
  if (level === 1) return;
  const first = page - (page % pagesOf(level));
  const range = mm.rangeOf(first, first + pagesOf(level), 'clear');
  yield* mm.invalidateStart(range);
  splitHuge(mm, page);
  yield* mm.invalidateEnd(range);
}

function edgesOf(mm: Mm, start: number, end: number): number[] {
  return [start, end].filter(page => page % pagesOf(mm.table.levelOf(page)) !== 0);
}
