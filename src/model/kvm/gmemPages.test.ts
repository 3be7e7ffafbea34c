import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { Frames, NO_PFN } from '../host/frames.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import { GmemPages } from './gmemPages.ts';

function file(takesLarge: boolean, pages = 2 * PAGES_PER_2M) {
  const engine = new Engine();
  const frames = new Frames(engine.access);
  return { frames, pages: new GmemPages(engine, frames, pages, takesLarge) };
}

describe('the pages of a guest_memfd', () => {
  it('come when they are asked for, and are made ready apart from that', () => {
    const { frames, pages } = file(false);
    expect(pages.get(3)).toBe(NO_PFN);
    const pfn = pages.ensure(3);
    expect([pages.ensure(3), pages.get(3), frames.inUse]).toEqual([pfn, pfn, 1]);
    expect(pages.isPrepared(3)).toBe(false);
    pages.markPrepared(3);
    expect(pages.isPrepared(3)).toBe(true);
    expect(pages.isLarge(3)).toBe(false);
  });

  it('are forgotten with what was noted of them', () => {
    const { pages } = file(false);
    const first = pages.ensure(1);
    pages.add(5, pages.ensure(4));
    expect(pages.remove(0, 5)).toEqual([first, pages.get(5)]);
    expect([pages.get(1), pages.isPrepared(5), pages.isPrepared(4)]).toEqual([NO_PFN, true, false]);
  });

  it('lie in runs of 2 MiB where a whole range is empty, until one of them goes', () => {
    const { frames, pages } = file(true, PAGES_PER_2M + 10);
    const head = pages.ensure(7) - 7;
    expect(head % PAGES_PER_2M).toBe(0);
    expect([pages.isLarge(500), pages.get(500), frames.inUse]).toEqual([true, head + 500, PAGES_PER_2M]);
    // What is left at the end of the file is too short for a run.
    pages.ensure(PAGES_PER_2M + 3);
    expect([pages.isLarge(PAGES_PER_2M + 3), frames.inUse]).toEqual([false, PAGES_PER_2M + 1]);
    pages.remove(9, 10);
    expect([pages.isLarge(500), pages.get(500)]).toEqual([false, head + 500]);
  });
});
