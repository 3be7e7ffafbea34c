import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunSet } from './runSet.ts';
import { AttributeStore } from './store.ts';
import { multiIndexEntries, multiIndexNodes, XA_NODE_BYTES, xarrayNodes } from './xarray.ts';

/** An XArray spelled out: a tree of 64-slot nodes, each entry with the order it was stored at. */
class LiteralXArray {
  private readonly entries = new Map<number, number>();

  store(index: number, order: number): void {
    this.entries.set(index, order);
  }

  /** Nodes on the paths from a root that reaches the highest index down to every entry. */
  nodes(): number {
    let highest = -1;
    for (const [index, order] of this.entries) highest = Math.max(highest, index + 2 ** order - 1);
    if (highest <= 0) return 0;
    let levels = 1;
    while (64 ** levels <= highest) levels++;
    const nodes = new Set<string>();
    for (const [index, order] of this.entries) {
      const bottom = Math.min(Math.floor(order / 6), levels - 1);
      for (let level = bottom; level < levels; level++)
        nodes.add(`${level}:${Math.floor(index / 64 ** (level + 1))}`);
    }
    return nodes.size;
  }
}

const changes = fc.array(
  fc.record({ start: fc.nat(9000), pages: fc.integer({ min: 1, max: 5000 }), member: fc.boolean() }),
  { maxLength: 12 },
);

describe('RunSet', () => {
  it('is a set of pages', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ start: fc.nat(60), pages: fc.integer({ min: 1, max: 30 }), member: fc.boolean() }),
        ),
        list => {
          const runs = new RunSet();
          const literal = new Set<number>();
          for (const { start, pages, member } of list) {
            runs.set(start, start + pages, member);
            for (let p = start; p < start + pages; p++) {
              if (member) literal.add(p);
              else literal.delete(p);
            }
          }
          for (let p = 0; p < 95; p++) expect(runs.has(p)).toBe(literal.has(p));
          expect(runs.size).toBe(literal.size);
          for (let i = 1; i < runs.runs; i++) expect(runs.start(i)).toBeGreaterThan(runs.end(i - 1));
          for (let p = 0; p < 60; p += 7) {
            const inside = [0, 1, 2, 3, 4].map(d => literal.has(p + d));
            expect(runs.isUniform(p, p + 5)).toBe(new Set(inside).size === 1);
          }
        },
      ),
    );
  });
});

describe('XArray', () => {
  it('has the size of struct xa_node that the kernel documents', () => {
    expect(XA_NODE_BYTES).toBe(576);
  });

  it('counts the nodes of a literal tree with an entry a page', () => {
    fc.assert(
      fc.property(changes, list => {
        const runs = new RunSet();
        for (const { start, pages, member } of list) runs.set(start, start + pages, member);
        const literal = new LiteralXArray();
        for (const [start, end] of runs) for (let p = start; p < end; p++) literal.store(p, 0);
        expect(xarrayNodes(runs)).toBe(literal.nodes());
      }),
    );
  });

  it('counts the nodes of a literal tree of multi-index entries', () => {
    fc.assert(
      fc.property(changes, list => {
        const runs = new RunSet();
        for (const { start, pages, member } of list) runs.set(start, start + pages, member);
        const literal = new LiteralXArray();
        let entries = 0;
        for (const [start, end] of runs) {
          let at = start;
          while (at < end) {
            let order = 0;
            while (at % 2 ** (order + 1) === 0 && at + 2 ** (order + 1) <= end) order++;
            literal.store(at, order);
            at += 2 ** order;
            entries++;
          }
        }
        expect(multiIndexEntries(runs)).toBe(entries);
        expect(multiIndexNodes(runs)).toBe(literal.nodes());
      }),
      { numRuns: 500 },
    );
  });
});

describe('AttributeStore', () => {
  it('answers alike in every way of tracking and both polarities', () => {
    fc.assert(
      fc.property(changes, list => {
        const stores = (['xarray', 'multi-index', 'bitmap', 'ranges'] as const).flatMap(tracking =>
          (['private', 'shared'] as const).map(polarity => new AttributeStore(tracking, polarity, 16384)),
        );
        for (const store of stores) store.set(0, 16384, false);
        for (const { start, pages, member } of list)
          for (const store of stores) store.set(start, start + pages, member);
        for (let gfn = 0; gfn < 14000; gfn += 97) {
          const answers = new Set(stores.map(store => store.isPrivate(gfn)));
          expect(answers.size).toBe(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('spends about nine bytes a page on an entry a page, and 128 MiB on a bitmap of 4 TiB', () => {
    const pages = 2 ** 30;
    const xarray = new AttributeStore('xarray', 'private', pages);
    xarray.set(0, pages, true);
    // 576 / 64 bytes a page in the leaves, a 64th of that a level above: facts that anybody can recompute.
    expect(xarray.bytes() / pages).toBeCloseTo(9 * (64 / 63), 2);
    expect(new AttributeStore('bitmap', 'private', pages).bytes()).toBe(128 * 2 ** 20);
  });
});
