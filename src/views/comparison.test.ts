import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { PlotView, TableView, TimelineView } from '../model/experiments/view.ts';
import { CURSOR_STEPS, drawComparison, stepAt } from './comparison.ts';
import { pairsOf } from './differences.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: Document;
};
const table = (...rows: TableView['rows'][number][]): TableView => ({
  kind: 'table',
  title: 'Ways',
  columns: [
    { key: 'way', label: 'Way' },
    { key: 'ns', label: 'Time', unit: 'ns' },
  ],
  rows,
});
const plot = (high: number, series = ['merged', 'v6']): PlotView => ({
  kind: 'plot',
  title: 'Time',
  summary: 'It grows.',
  mark: 'line',
  x: { key: 'pages', label: 'Pages' },
  y: { key: 'ns', label: 'Time', unit: 'ns' },
  series: 'design',
  rows: series.flatMap(design => [1, 2, 3].map(pages => ({ design, pages, ns: (high * pages) / 3 }))),
});
const timeline = (end: number): TimelineView => ({
  kind: 'timeline',
  title: 'A fault',
  summary: 'It waits.',
  lanes: [
    {
      name: 'vCPU',
      slices: [
        { start: 0, end: end / 2, name: 'guest', kind: 'run' },
        { start: end / 2, end, name: 'mmu_lock', kind: 'wait' },
      ],
    },
  ],
});
const compare = (a: PlotView | TableView | TimelineView, b: PlotView | TableView | TimelineView) =>
  drawComparison(document, { views: [a], evidence: [] }, { views: [b], evidence: [] }, ['A', 'B'], 'u');

describe('two tables', () => {
  test('are one, with what differs marked', async () => {
    const { elements } = await compare(
      table({ way: 'read', ns: 10 }, { way: 'write', ns: 20 }, { way: 'gone', ns: 1 }),
      table({ way: 'read', ns: 10 }, { way: 'write', ns: 30 }, { way: 'new', ns: 2 }),
    );
    const rows = [...elements[0].querySelectorAll('tbody tr')];
    expect(rows.map(row => [...row.children].map(({ textContent }) => textContent))).toEqual([
      ['read', '10'],
      ['write', '20 → 30 (×1.5)'],
      ['gone (only A)', '1'],
      ['new (only B)', '2'],
    ]);
    expect(rows.map(row => row.querySelectorAll('mark').length)).toEqual([0, 1, 1, 1]);
    expect(elements[0].querySelector('caption')?.textContent).toBe('3 of 4 rows differ: A → B.');
  });

  test('values that differ say so, even where rounding would make them one', async () => {
    const rounded = (ns: number): TableView => ({
      ...table({ way: 'read', ns }),
      columns: [
        { key: 'way', label: 'Way' },
        { key: 'ns', label: 'Time', digits: 0 },
      ],
    });
    const { elements } = await compare(rounded(2.72), rounded(2.57));
    expect(elements[0].querySelector('mark')?.textContent).toBe('2.72 → 2.57 (×0.945)');
  });

  test('that say the same twice are matched in their order', () => {
    const rows = [
      { way: 'read', ns: 1 },
      { way: 'read', ns: 2 },
    ];
    expect(pairsOf(table(...rows), table(...rows))).toEqual(rows.map(row => ({ a: row, b: row })));
  });
});

describe('two plots', () => {
  const ticksOf = (side: Element) =>
    [...side.querySelectorAll('.fl-wide svg g text')].map(({ textContent }) => textContent);
  test('have one scale and one cursor', async () => {
    const { elements, cursor } = await compare(plot(30), plot(3000));
    const [a, b] = elements[0].children;
    expect(ticksOf(a).length).toBeGreaterThan(4);
    expect(ticksOf(a)).toEqual(ticksOf(b));
    expect(cursor?.label(CURSOR_STEPS)).toBe('Pages 3');
    expect(cursor?.read(CURSOR_STEPS)).toEqual([
      { what: 'merged', a: '30 ns', b: '3,000 ns' },
      { what: 'v6', a: '30 ns', b: '3,000 ns' },
    ]);
  });

  test('leave out of a scale of powers what has no place on it', async () => {
    const log = (high: number): PlotView => {
      const view = plot(high);
      const zero = { design: 'merged', pages: 0, ns: 0 };
      return { ...view, y: { ...view.y, scale: 'log' }, rows: [...view.rows, zero] };
    };
    const { elements } = await compare(log(30), log(3000));
    const [a, b] = elements[0].children;
    expect(ticksOf(a).length).toBeGreaterThan(4);
    expect(ticksOf(a)).toEqual(ticksOf(b));
    expect(elements[0].innerHTML).not.toContain('NaN');
  });

  test('a series keeps its colour where the other side lacks one', async () => {
    const { elements } = await compare(plot(30), plot(30, ['v6']));
    const [a, b] = [...elements[0].children].map(side => side.querySelectorAll('.fl-legend li'));
    expect([...a].map(one => one.textContent)).toEqual(['merged', 'v6']);
    expect([...b].map(one => one.textContent)).toEqual(['merged', 'v6']);
    const strokes = (side: Element) =>
      [...side.querySelectorAll('.fl-wide svg [aria-label], .fl-wide svg g')].map(one =>
        one.getAttribute('stroke'),
      );
    expect(strokes(elements[0].children[1])).toContain('var(--fl-series-2)');
    expect(strokes(elements[0].children[1])).not.toContain('var(--fl-series-1)');
  });
});

describe('two timelines', () => {
  test('have one axis, and a cursor that says what each does there', async () => {
    const { elements, cursor } = await compare(timeline(1000), timeline(2000));
    const drawings = [...elements[0].querySelectorAll('svg.fl-lanes')];
    expect(drawings.map(one => [one.getAttribute('data-from'), one.getAttribute('data-to')])).toEqual(
      Array.from({ length: 4 }, () => ['0', '2000']),
    );
    expect(cursor?.label(300)).toBe('600 ns');
    const [{ what, a, b }] = cursor?.read(300) ?? [];
    expect(what).toBe('vCPU');
    expect(a).toContain('mmu_lock, waits for a lock');
    expect(b).toContain('guest, runs');
    cursor?.place(300);
    for (const drawing of drawings) {
      expect(drawing.querySelector('.fl-cursor')?.getAttribute('data-at')).toBe('600');
      expect(stepAt(drawing, 600)).toBe(300);
    }
    const xs = drawings.map(one => one.querySelector('.fl-cursor')?.getAttribute('d'));
    expect(xs[0]).toBe(xs[2]);
  });
});
