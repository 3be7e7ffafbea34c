import { describe, expect, test } from 'vitest';
import { defaults } from '../params.ts';
import type { MemoryMapView, Row, TableView } from '../view.ts';
import { memslotsExperiment } from './memslots.ts';

const { params } = memslotsExperiment;
const last = 10;
const run = (step: number) => memslotsExperiment.run({ step });
const map = (step: number) => memslotsExperiment.views(run(step), { step })[0] as MemoryMapView;
/** The last step of a run. */
const state = (step: number): Row => run(step).at(-1)!;
/** Kind of the page at a gfn after a step. */
const kindAt = (step: number, gfn: number) =>
  map(step).ranges.find(range => range.gfn <= gfn && gfn < range.gfn + range.pages)?.kind;

describe('the primer’s machine', () => {
  test('has as many steps as its parameter says, each told once', () => {
    expect(params.step).toMatchObject({ min: 0, max: last });
    const [, story] = memslotsExperiment.views(run(last), { step: last });
    const told = (story as TableView).rows.map(({ what }) => what);
    expect(told).toHaveLength(last + 1);
    expect(new Set(told).size).toBe(last + 1);
  });

  test('draws each frame of a slot once, and nothing else but the frame that was no memory', () => {
    for (let step = 0; step <= last; step++) {
      const drawn = map(step).ranges.flatMap(({ gfn, pages }) =>
        Array.from({ length: pages }, (_, at) => gfn + at),
      );
      expect(new Set(drawn).size).toBe(drawn.length);
      const low = step >= 1 && step < 10 ? 0xa0 : 0;
      const high = step >= 2 ? 0x100 : 0;
      expect(drawn.length).toBe(low + high + (step === 9 ? 1 : 0));
    }
  });

  test('holds no page and has no mapping before the guest touches anything', () => {
    for (const step of [0, 1, 2])
      expect(state(step)).toMatchObject({ faults: 0, exits: 0, sptes: 0, held: 0 });
  });

  test('takes a fault a page on first access', () => {
    expect(state(3)).toMatchObject({ faults: 48, exits: 0, sptes: 48, held: 48 });
  });

  test('exits once for the conversion of a range, and takes the fault again', () => {
    expect(state(4)).toMatchObject({ faults: 48 + 128 + 1, exits: 1, sptes: 48 + 128 });
    expect(kindAt(4, 0x120)).toBe('private');
    expect(kindAt(4, 0x1a0)).toBe('unmapped');
  });

  test('loses mappings by a conversion and holds memory twice after the next access', () => {
    expect(state(5)).toMatchObject({ sptes: 48 + 128 - 16, held: 48 + 128 });
    expect(kindAt(5, 0x140)).toBe('unmapped');
    expect(state(6)).toMatchObject({ sptes: 48 + 128, held: 48 + 128 + 16 });
    expect(kindAt(6, 0x140)).toBe('shared');
  });

  test('gives back what a conversion left behind, and loses the shared mappings of that range', () => {
    expect(state(7)).toMatchObject({ sptes: 48 + 128 - 16, held: 48 + 128 });
  });

  test('drops mappings when the VMM gives memory back, and when a slot goes', () => {
    expect(state(8)).toMatchObject({ sptes: 48 + 128 - 16 - 24, held: 48 + 128 - 24 });
    expect(state(10).sptes).toBe(128 - 16);
    expect(kindAt(10, 0)).toBeUndefined();
  });

  test('exits for emulated I/O where no slot is', () => {
    expect(state(9).exits).toBe(2);
    expect(kindAt(9, 0xb8)).toBe('faulting');
    expect(kindAt(10, 0xb8)).toBeUndefined();
  });

  test('has nothing published to stand against', () => {
    const values = defaults(params);
    expect(memslotsExperiment.evidence(run(6), values)).toEqual([]);
  });
});
