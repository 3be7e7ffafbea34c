import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { PageTableEntry, PageTableView } from '../model/experiments/view.ts';
import { drawFigure } from './index.ts';
import { pageTableKinds, pageTableTable } from './pageTable.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

const entry = (gfn: number, level: number, kind: PageTableEntry['kind'], root = 'EPT'): PageTableEntry => ({
  root,
  gfn,
  level,
  kind,
  pfn: kind === 'unmapped' ? null : 0x40 + gfn,
  bits: [
    { name: 'present for KVM', where: 'bit 11', value: kind === 'unmapped' ? 'no' : 'yes' },
    ...(kind === 'unmapped' ? [] : [{ name: 'memory type', where: 'bits 5:3', value: 'WB' }]),
  ],
});

const view: PageTableView = {
  kind: 'page-table',
  title: 'The tree',
  summary: 'Three leaves.',
  levels: 4,
  entries: [
    entry(0x200, 2, 'shared'),
    entry(4, 1, 'unmapped'),
    entry(3, 1, 'shared'),
    entry(3, 1, 'private', 'mirror'),
  ],
};

const summaries = (figure: Element) =>
  [...figure.querySelectorAll('.fl-tree summary')].map(({ textContent }) => textContent);

describe('a page-table tree', () => {
  test('passes a table a level, shares what walks have in common, and keeps roots apart', async () => {
    expect(summaries(await drawFigure(document, view, 'u'))).toEqual([
      'Root: EPT, a table of level 4',
      'Level 4, entry 0 (gfn 0x0 to 0x7ffffff, 512 GiB) a table of level 3',
      'Level 3, entry 0 (gfn 0x0 to 0x3ffff, 1 GiB) a table of level 2',
      'Level 2, entry 0 (gfn 0x0 to 0x1ff, 2 MiB) a table of level 1',
      'Level 1, entry 3 (gfn 0x3, 4 KiB)  shared, pfn 0x43',
      'Level 1, entry 4 (gfn 0x4, 4 KiB)  not mapped',
      'Level 2, entry 1 (gfn 0x200 to 0x3ff, 2 MiB)  shared, pfn 0x240',
      'Root: mirror, a table of level 4',
      'Level 4, entry 0 (gfn 0x0 to 0x7ffffff, 512 GiB) a table of level 3',
      'Level 3, entry 0 (gfn 0x0 to 0x3ffff, 1 GiB) a table of level 2',
      'Level 2, entry 0 (gfn 0x0 to 0x1ff, 2 MiB) a table of level 1',
      'Level 1, entry 3 (gfn 0x3, 4 KiB)  private, pfn 0x43',
    ]);
  });

  test('spells the bits out under each leaf', async () => {
    const figure = await drawFigure(document, view, 'u');
    const [bits] = figure.querySelectorAll('.fl-bits');
    expect([...bits.querySelectorAll('dt, dd')].map(({ textContent }) => textContent)).toEqual([
      'present for KVM bit 11',
      'yes',
      'memory type bits 5:3',
      'WB',
    ]);
  });

  test('stands open where it is small, and keeps the bits folded where it is not', async () => {
    const isOpen = (figure: Element) =>
      [...figure.querySelectorAll('.fl-tree details')].map(details => details.hasAttribute('open'));
    expect(isOpen(await drawFigure(document, view, 'u'))).not.toContain(false);
    const many = Array.from({ length: 9 }, (_, gfn) => entry(gfn, 1, 'shared'));
    const closed = isOpen(await drawFigure(document, { ...view, entries: many }, 'u'));
    expect(closed).toEqual([...Array(4).fill(true), ...Array(9).fill(false)]);
  });

  test('fills each leaf with a pattern that the figure has, uses no id twice, and is drawn the same twice', async () => {
    const figure = await drawFigure(document, view, 'u');
    const ids = [...figure.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...figure.outerHTML.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    expect(used).toHaveLength(4 + 3);
    for (const id of used) expect(ids).toContain(id);
    expect((await drawFigure(document, view, 'u')).outerHTML).toBe(figure.outerHTML);
  });

  test('has its title, its summary and the same as a table, in order of address', async () => {
    const figure = await drawFigure(document, view, 'u');
    expect(figure.querySelector('figcaption')?.textContent).toBe('The tree');
    expect(figure.querySelector('.fl-summary')?.textContent).toBe('Three leaves.');
    expect(figure.querySelectorAll('.fl-twin tbody tr')).toHaveLength(4);
    const { rows, columns } = pageTableTable(view);
    expect(rows.map(({ path }) => path)).toEqual([
      '0 → 0 → 0 → 3',
      '0 → 0 → 0 → 3',
      '0 → 0 → 0 → 4',
      '0 → 0 → 1',
    ]);
    expect(rows[2]).toMatchObject({ kind: 'not mapped', pfn: null, 'bit 0': 'no', 'bit 1': null });
    expect(columns.at(-1)).toEqual({ key: 'bit 1', label: 'memory type, bits 5:3' });
  });

  test('names its kinds once each', () => {
    expect(pageTableKinds(view)).toEqual(['shared', 'unmapped', 'private']);
  });

  test('puts what a program names where only text can be', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const bits = [{ name: hostile, where: hostile, value: hostile }];
    const entries = [{ ...entry(3, 1, 'shared', hostile), bits }];
    const figure = await drawFigure(document, { ...view, entries }, 'u');
    expect(figure.querySelectorAll('img')).toHaveLength(0);
    expect(figure.querySelector('dd')?.textContent).toBe(hostile);
  });
});
