import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { TimelineView } from '../model/experiments/view.ts';
import { drawFigure } from './figure.ts';
import { lanesOfDrawing, slicesOf, timelineLanes, timelineTable } from './timeline.ts';

const view: TimelineView = {
  kind: 'timeline',
  title: 'A fault',
  summary: 'One waits for the other.',
  lanes: [
    {
      name: 'vCPU 0',
      slices: [
        { start: 100, end: 1300, name: 'guest', kind: 'run' },
        { start: 1300, end: 1900, name: 'mmu_lock', kind: 'wait' },
      ],
      instants: [{ at: 1300, name: 'fault' }],
    },
    { name: 'VMM', slices: [{ start: 800, end: 1900, name: 'mmu_lock', kind: 'hold' }] },
  ],
};

describe('a timeline', () => {
  test('spans what happens, and says each thing in words', () => {
    const lanes = timelineLanes(view, 'u');
    expect([lanes.from, lanes.to]).toEqual([100, 1900]);
    expect(lanes.lanes[0].marks.map(({ text }) => text)).toEqual([
      'vCPU 0: guest, runs for 1.2 µs from 100 ns',
      'vCPU 0: mmu_lock, waits for a lock for 600 ns from 1.3 µs',
      'vCPU 0: fault at 1.3 µs',
    ]);
  });

  test('names its kinds in order', () => {
    expect(slicesOf(view)).toEqual(['run', 'wait', 'hold']);
  });

  test('has the same as a table, in order of time', () => {
    expect(timelineTable(view).rows.map(({ start, lane, what }) => `${start} ${lane} ${what}`)).toEqual([
      '100 vCPU 0 guest',
      '800 VMM mmu_lock',
      '1300 vCPU 0 mmu_lock',
      '1300 vCPU 0 fault',
    ]);
  });

  test('of nothing, and of one moment, has an axis all the same', () => {
    const span = (lanes: TimelineView['lanes']) => {
      const { from, to } = timelineLanes({ ...view, lanes }, 'u');
      return [from, to];
    };
    expect(span([])).toEqual([0, 1]);
    expect(span([{ name: 'a', slices: [], instants: [{ at: 5, name: 'x' }] }])).toEqual([5, 6]);
  });

  test('gives its lanes back from its drawing, at both widths', async () => {
    const { document } = parseHTML('<!doctype html><html><body></body></html>');
    const figure = await drawFigure(document as unknown as Document, view, 'u');
    const drawings = [...figure.querySelectorAll('svg.fl-lanes')];
    expect(drawings).toHaveLength(2);
    for (const drawing of drawings) {
      expect(lanesOfDrawing(drawing)).toEqual(view.lanes.map(lane => ({ instants: [], ...lane })));
    }
  });
});
