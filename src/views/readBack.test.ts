import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { PlotView, TableView, View } from '../model/experiments/view.ts';
import { drawFigure } from './index.ts';
import { disagreements } from './readBack.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

const series = [
  { x: 1, who: 'a', y: 3 },
  { x: 1, who: 'b', y: 40 },
  { x: 10, who: 'a', y: 500 },
  { x: 10, who: 'b', y: null },
  { x: 100, who: 'a', y: 0.25 },
  { x: 100, who: 'b', y: 7000 },
];
const plot = (changes: Partial<PlotView>): PlotView => ({
  kind: 'plot',
  title: 'A plot',
  summary: 'It goes up and down.',
  mark: 'line',
  x: { key: 'x', label: 'Guest', unit: 'GiB' },
  y: { key: 'y', label: 'Time', unit: 'ms' },
  series: 'who',
  rows: series,
  ...changes,
});
const many = Array.from({ length: 60 }, (_, x) => ({ x, y: (x * 7919) % 61 }));
const figures: Readonly<Record<string, Exclude<View, TableView>>> = {
  'a plot of lines': plot({}),
  'a plot of lines with more points than are marked': plot({ series: undefined, rows: many }),
  'a plot of steps with more points than are marked': plot({ mark: 'step', series: undefined, rows: many }),
  'a plot of points on scales of powers': plot({
    mark: 'dot',
    x: { key: 'x', label: 'Guest', scale: 'log' },
    y: { key: 'y', label: 'Time', unit: 'ns', scale: 'log' },
  }),
  'a plot of grouped bars': plot({ mark: 'bar' }),
  'a plot of stacked bars from left to right': plot({
    mark: 'stack',
    horizontal: true,
    rows: series.map(row => ({ ...row, x: `way ${row.x}` })),
  }),
  'a memory map': {
    kind: 'memory-map',
    title: 'A map',
    summary: 'Two slots.',
    ranges: [
      { gfn: 0x100, pages: 0x80, kind: 'private', slot: 1, backing: 'guest_memfd', note: 'new' },
      { gfn: 0, pages: 0xa0, kind: 'shared', slot: 0, backing: 'anonymous' },
      { gfn: 0xa0, pages: 0x60, kind: 'unmapped', slot: null, backing: '' },
    ],
  },
  'a timeline': {
    kind: 'timeline',
    title: 'A fault',
    summary: 'One waits.',
    lanes: [
      {
        name: 'vCPU',
        slices: [
          { start: 100, end: 1300, name: 'guest', kind: 'run' },
          { start: 1300, end: 1900, name: 'mmu_lock', kind: 'wait' },
        ],
        instants: [{ at: 1300, name: 'fault' }],
      },
      { name: 'VMM', slices: [{ start: 800, end: 1900, name: 'mmu_lock', kind: 'hold' }] },
    ],
  },
  'a page-table tree': {
    kind: 'page-table',
    title: 'The tree',
    summary: 'Two entries.',
    levels: 4,
    entries: [
      {
        root: 'EPT',
        gfn: 3,
        level: 1,
        kind: 'shared',
        pfn: 0x43,
        bits: [
          { name: 'present for KVM', where: 'bit 11', value: 'yes' },
          { name: 'memory type', where: 'bits 5:3', value: 'WB' },
        ],
      },
      {
        root: 'EPT',
        gfn: 0x200,
        level: 2,
        kind: 'unmapped',
        pfn: null,
        bits: [{ name: 'present for KVM', where: 'bit 11', value: 'no' }],
      },
    ],
  },
};

const drawn = async (name: string) => (await drawFigure(document, figures[name], 'u')) as unknown as Element;

describe.each(Object.keys(figures))('%s', name => {
  test('draws what its table says', async () => {
    expect(disagreements(await drawn(name))).toEqual([]);
  });

  test('is found out where one number of its table is another', async () => {
    const figure = await drawn(name);
    // A row of a plot without a value is not drawn.
    const numbers = [...figure.querySelectorAll('tbody td, tbody th')].filter(
      cell =>
        /\d/.test(cell.textContent ?? '') &&
        (!name.includes('plot') || !/–$/.test(cell.parentElement?.textContent ?? '')),
    );
    expect(numbers.length).toBeGreaterThan(1);
    const unread = new Set(['size', 'root', 'entries passed, from the root', 'note']);
    const heads = [...figure.querySelectorAll('thead th')].map(({ textContent }) => textContent ?? '');
    for (const cell of numbers) {
      if (unread.has(heads[[...(cell.parentElement?.children ?? [])].indexOf(cell)])) continue;
      const was = cell.textContent ?? '';
      cell.textContent = was.replace(/\d(?=\D*$)/, digit => String((Number(digit) + 5) % 10));
      expect(disagreements(figure), `${was} made ${cell.textContent}`).not.toEqual([]);
      cell.textContent = was;
    }
  });

  test('is found out where its table lacks a row', async () => {
    const figure = await drawn(name);
    const row = [...figure.querySelectorAll('tbody tr')].find(one => !/–$/.test(one.textContent ?? ''));
    row?.remove();
    expect(disagreements(figure)).not.toEqual([]);
  });

  test('is found out where a mark is moved', async () => {
    const figure = await drawn(name);
    const mark = figure.querySelector(
      '.fl-lane-mark[transform], .fl-drawing rect[width][height] title, .fl-drawing circle',
    );
    const moved = mark?.localName === 'title' ? mark.parentElement : mark;
    if (moved?.localName === 'g') moved.setAttribute('transform', 'translate(3 6)');
    else if (moved?.localName === 'circle') moved.setAttribute('cy', '3');
    else if (moved) for (const side of ['width', 'height']) moved.setAttribute(side, '3');
    else if (name.includes('tree')) figure.querySelector('dd')?.replaceChildren('no idea');
    else {
      const line = [...figure.querySelectorAll('path')].find(
        path =>
          /^M.*L/.test(path.getAttribute('d') ?? '') &&
          path.parentElement?.getAttribute('fill') === 'none' &&
          path.parentElement.hasAttribute('stroke-linejoin'),
      );
      line?.setAttribute('d', line.getAttribute('d')?.replace(/L[\d.]+,[\d.]+/, 'L60,30') ?? '');
    }
    expect(disagreements(figure)).not.toEqual([]);
  });
});

test('a value that a scale of powers has no place for leaves the axis its ticks', async () => {
  const rows = [...series, { x: 1000, who: 'a', y: 0 }];
  const figure = await drawFigure(
    document,
    plot({ mark: 'dot', rows, y: { key: 'y', label: 'Time', scale: 'log' } }),
    'u',
  );
  expect(disagreements(figure as unknown as Element)).toEqual([]);
});

test('a table without a drawing has nothing to be compared with', async () => {
  const table: View = { kind: 'table', title: 'T', columns: [{ key: 'x', label: 'x' }], rows: series };
  const figure = await drawFigure(document, table, 'u');
  expect(() => disagreements(figure as unknown as Element)).toThrow(/is a table/);
});
