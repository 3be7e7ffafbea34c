import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { PlotView, TableView, View } from '../model/experiments/view.ts';
import { drawFigure, drawOutcome } from './index.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

const plot: PlotView = {
  kind: 'plot',
  title: 'Boot time',
  summary: 'Discarding is slow.',
  mark: 'bar',
  horizontal: true,
  x: { key: 'design', label: 'Design' },
  y: { key: 'seconds', label: 'Boot', unit: 's', digits: 1 },
  rows: [
    { design: 'slots', seconds: 32 },
    { design: 'fd', seconds: 103.04 },
  ],
  published: [{ x: 'fd', y: 103, label: 'one mail' }],
};

const map: Exclude<View, TableView> = {
  kind: 'memory-map',
  title: 'Map',
  summary: 'One slot.',
  ranges: [{ gfn: 0, pages: 16, kind: 'private', slot: 0, backing: 'guest_memfd' }],
};

const timeline: Exclude<View, TableView> = {
  kind: 'timeline',
  title: 'Time',
  summary: 'One actor.',
  lanes: [{ name: 'vCPU', slices: [{ start: 0, end: 10, name: 'guest', kind: 'run' }] }],
};

const table: View = {
  kind: 'table',
  title: 'Rows',
  columns: [
    { key: 'name', label: 'Name' },
    { key: 'bytes', label: 'Size', unit: 'B' },
  ],
  rows: [{ name: 'bitmap', bytes: 32768 }],
};

const cellsOf = (element: Element) =>
  [...element.querySelectorAll('tr')].map(row =>
    [...row.querySelectorAll('th, td')].map(cell => cell.textContent),
  );

describe.each<Exclude<View, TableView>>([plot, map, timeline])('a figure of $kind', view => {
  test('has its title, two drawings with a label, its summary, and a table', async () => {
    const figure = await drawFigure(document, view, 'u');
    expect(figure.querySelector('figcaption')?.textContent).toBe(view.title);
    const drawings = [...figure.querySelectorAll('.fl-drawing > svg')];
    expect(drawings.map(drawing => drawing.getAttribute('role'))).toEqual(['img', 'img']);
    for (const drawing of drawings) {
      expect(drawing.getAttribute('aria-label')).toBe(view.summary);
      expect(drawing.querySelector('style, script')).toBeNull();
    }
    expect(figure.querySelector('.fl-summary')?.textContent).toBe(view.summary);
    expect(figure.querySelectorAll('details table tr').length).toBeGreaterThan(1);
  });

  test('uses no id twice', async () => {
    const figure = await drawFigure(document, view, 'u');
    const ids = [...figure.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of figure.outerHTML.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  test('is drawn the same twice', async () => {
    expect((await drawFigure(document, view, 'u')).outerHTML).toBe(
      (await drawFigure(document, view, 'u')).outerHTML,
    );
  });
});

describe('a plot', () => {
  test('draws a bar a row, the published point over it, and says both on pointing', async () => {
    const figure = await drawFigure(document, plot, 'u');
    const titles = [...figure.querySelectorAll('.fl-wide title')].map(({ textContent }) => textContent);
    expect(titles).toEqual([
      'Design: slots\nBoot: 32.0 s',
      'Design: fd\nBoot: 103.0 s',
      'published, one mail: 103 s',
    ]);
    expect(cellsOf(figure)).toEqual([
      ['Design', 'Boot (s)'],
      ['slots', '32.0'],
      ['fd', '103.0'],
    ]);
  });

  test.each(['line', 'dot', 'bar', 'stack', 'step'] as const)(
    'of mark %s tells every series apart',
    async mark => {
      const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].flatMap(who =>
        [1, 2, 3].map(x => ({ who, x, y: x * 2 })),
      );
      const view: PlotView = {
        ...plot,
        mark,
        horizontal: false,
        series: 'who',
        rows,
        published: [],
        x: { key: 'x', label: 'x' },
        y: { key: 'y', label: 'y' },
      };
      const figure = await drawFigure(document, view, 'u');
      const entries = [...figure.querySelectorAll('.fl-entry')];
      expect(entries.map(({ textContent }) => textContent)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
      if (mark === 'line' || mark === 'step' || mark === 'dot') {
        const swatches = entries.map(entry => entry.querySelector('svg')?.innerHTML);
        expect(new Set(swatches).size).toBe(8);
      }
    },
  );

  test('keeps names beside grouped bars inside the drawing', async () => {
    const rows = ['slots', 'fd'].flatMap(design =>
      ['boot', 'build'].map(who => ({ design, who, seconds: 1 })),
    );
    const figure = await drawFigure(document, { ...plot, rows, series: 'who', published: [] }, 'u');
    const names = [...figure.querySelectorAll('svg text')].filter(text => text.textContent === 'slots');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      let end = 0;
      for (let at: Element | null = name; at !== null; at = at.parentElement) {
        end += Number(/translate\(([-\d.]+)/.exec(at.getAttribute('transform') ?? '')?.[1] ?? 0);
      }
      expect(end).toBeGreaterThan(30);
    }
  });

  test('puts what a program names where only text can be', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const rows = [{ design: hostile, seconds: 1, who: '"><script>' }];
    const view: PlotView = { ...plot, title: hostile, series: 'who', rows, published: [] };
    const figure = await drawFigure(document, view, 'u');
    expect(figure.querySelectorAll('img, script')).toHaveLength(0);
    expect(figure.querySelector('figcaption')?.textContent).toBe(hostile);
  });

  test.each([
    ['no rows', []],
    ['one row', [{ design: 'a', seconds: 0 }]],
    ['no number', [{ design: 'a', seconds: null }]],
  ])('of %s is drawn all the same', async (_name, rows) => {
    const figure = await drawFigure(document, { ...plot, rows, published: [] }, 'u');
    expect(figure.outerHTML).not.toContain('NaN');
  });
});

describe('an outcome', () => {
  test('is its first figure, the rest, and the evidence', async () => {
    const evidence = [
      {
        name: 'SNP',
        unit: 's',
        published: 32,
        model: 31,
        error: -0.03125,
        fitted: true,
        source: 'Roth, 2022-06-23, https://lore.kernel.org/kvm/x/',
      },
      { name: 'fd', unit: 's', published: 68, model: 68, error: 0, fitted: false, source: 'a talk' },
    ];
    const { first, rest } = await drawOutcome(document, { views: [plot, table], evidence }, 'u');
    expect(first.map(figure => figure.querySelector('figcaption')?.textContent)).toEqual(['Boot time']);
    expect(rest.map(figure => figure.querySelector('figcaption')?.textContent)).toEqual([
      'Rows',
      'Published figures against the model',
    ]);
    expect(cellsOf(rest[1]).slice(1)).toEqual([
      ['SNP', '32 s', '31 s', '−3.1 %', 'fitted', 'Roth, 2022-06-23'],
      ['fd', '68 s', '68 s', '0.0 %', 'predicted', 'a talk'],
    ]);
    expect(rest[1].querySelector('a')?.getAttribute('href')).toBe('https://lore.kernel.org/kvm/x/');
  });

  test('names a source once for the figures that follow one another from it', async () => {
    const point = { unit: 's', published: 1, model: 1, error: 0, fitted: false };
    const evidence = ['a talk', 'a talk', 'a mail'].map((source, i) => ({ ...point, name: `${i}`, source }));
    const { rest } = await drawOutcome(document, { views: [plot], evidence }, 'u');
    const sources = [...rest[0].querySelectorAll('.fl-source')];
    expect(sources.map(cell => [cell.textContent, cell.getAttribute('rowspan')])).toEqual([
      ['a talk', '2'],
      ['a mail', '1'],
    ]);
  });

  test('without evidence has no table of it', async () => {
    const { first, rest } = await drawOutcome(document, { views: [table], evidence: [] }, 'u');
    expect([first.length, rest.length]).toEqual([1, 0]);
  });
});
