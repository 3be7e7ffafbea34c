import { describe, expect, test } from 'vitest';
import type { MapRange, MemoryMapView } from '../model/experiments/view.ts';
import { kindsOf, memoryMapLanes, memoryMapTable } from './memoryMap.ts';

const range = (
  gfn: number,
  pages: number,
  kind: MapRange['kind'],
  slot: number | null,
  backing = '',
): MapRange => ({
  gfn,
  pages,
  kind,
  slot,
  backing,
});

const view: MemoryMapView = {
  kind: 'memory-map',
  title: 'A map',
  summary: 'Two slots.',
  ranges: [
    range(0x100, 0x80, 'private', 1, 'guest_memfd'),
    range(0, 0xa0, 'shared', 0, 'anonymous'),
    range(0xa0, 0x60, 'unmapped', null),
    range(0x180, 1, 'faulting', 1, 'guest_memfd'),
    range(0x181, 0x7f, 'private', 1, 'guest_memfd'),
  ],
};

describe('a memory map', () => {
  const lanes = memoryMapLanes(view, 'u');

  test('spans guest memory from zero', () => {
    expect([lanes.from, lanes.to]).toEqual([0, 0x200]);
  });

  test('joins what belongs to one slot and one backing, and keeps kinds apart', () => {
    const [slots, pages, backing] = lanes.lanes.map(lane => lane.marks.map(({ text }) => text));
    expect(slots).toEqual(['slot 0: gfn 0x0 to 0x9f, 640 KiB', 'slot 1: gfn 0x100 to 0x1ff, 1 MiB']);
    expect(backing).toEqual([
      'anonymous: gfn 0x0 to 0x9f, 640 KiB',
      'guest_memfd: gfn 0x100 to 0x1ff, 1 MiB',
    ]);
    expect(pages[1]).toBe('gfn 0xa0 to 0xff, 384 KiB, not mapped, no slot');
    expect(pages[3]).toBe('gfn 0x180, 4 KiB, faulting, slot 1, guest_memfd');
  });

  test('names its kinds in order', () => {
    expect(kindsOf(view)).toEqual(['private', 'shared', 'unmapped', 'faulting']);
  });

  test('has the same as a table, in order of address', () => {
    const { rows, columns } = memoryMapTable(view);
    expect(rows.map(({ gfn }) => gfn)).toEqual([
      '0x0 to 0x9f',
      '0xa0 to 0xff',
      '0x100 to 0x17f',
      '0x180',
      '0x181 to 0x1ff',
    ]);
    expect(rows[1]).toMatchObject({ slot: null, backing: null, kind: 'not mapped', pages: 0x60 });
    expect(columns.some(({ key }) => key === 'note')).toBe(false);
  });

  test('of nothing has an axis all the same', () => {
    const empty = memoryMapLanes({ ...view, ranges: [] }, 'u');
    expect([empty.from, empty.to]).toEqual([0, 1]);
    expect(memoryMapLanes({ ...view, ranges: [], endGfn: 0x40 }, 'u').to).toBe(0x40);
  });
});
