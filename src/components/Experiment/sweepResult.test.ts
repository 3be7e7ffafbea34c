import { describe, expect, test } from 'vitest';
import { findExperiment } from '../../model/experiments/index.ts';
import { combinations, type Point } from '../../model/experiments/sweep.ts';
import {
  columnsKnown,
  firstRows,
  measuresOf,
  rowNames,
  sweepMap,
  sweepPlot,
  sweepTable,
} from './sweepResult.ts';

const boot = findExperiment('private-memory/boot')!;
const swept = { transactions: [0, 100, 1000], pages: [1, 2] };
const points: Point[] = combinations(boot.params, swept).map((values, point) => ({
  point,
  values,
  rows: boot.run(values),
}));
const views = boot.views(points[0].rows, points[0].values);
const [measure] = measuresOf(points, views);
const names = rowNames(points);

describe('a sweep shows', () => {
  test('the number that its experiment draws, of every row that its runs have', () => {
    const drawn = views.find(view => view.kind === 'plot');
    expect(measure.key).toBe(drawn?.kind === 'plot' ? drawn.y.key : '');
    expect(new Set(names).size).toBe(points[0].rows.length);
  });

  test('a line a row over one parameter', () => {
    const one = points.filter(({ values }) => values.pages === 1);
    const plot = sweepPlot(boot.params, 'transactions', one, { measure, rows: firstRows(names) });
    expect(plot.mark).toBe('line');
    expect(plot.rows).toHaveLength(3 * firstRows(names).length);
    expect(plot.x.scale).toBe('linear');
    expect(plot.rows[0]).toEqual({ at: 0, row: names[0], value: one[0].rows[0][measure.key] });
  });

  test('a cell a point over two', () => {
    const map = sweepMap(boot.params, swept, points.slice(0, 5), { measure, rows: [names[0]] });
    expect([map.x.values, map.y.values]).toEqual([
      ['0', '100', '1,000'],
      ['1', '2'],
    ]);
    expect(map.cell(1, 1)).toBe(points[3].rows[0][measure.key]);
    expect(map.cell(2, 1)).toBeUndefined();
  });

  test('the numbers of its map and of its lines in its table, too', () => {
    const { rows } = sweepTable(boot.params, Object.keys(swept), points, columnsKnown(views));
    const tabled = (transactions: number, pages: number) =>
      rows
        .filter(row => row['param.transactions'] === transactions && row['param.pages'] === pages)
        .map(row => row[measure.key]);
    for (const [index, name] of names.entries()) {
      const map = sweepMap(boot.params, swept, points, { measure, rows: [name] });
      const cells = swept.transactions.flatMap((_, x) => swept.pages.map((_, y) => map.cell(x, y)));
      expect(cells).toEqual(swept.transactions.flatMap(x => swept.pages.map(y => tabled(x, y)[index])));
      const one = points.filter(({ values }) => values.pages === 2);
      const line = sweepPlot(boot.params, 'transactions', one, { measure, rows: [name] });
      expect(line.rows.map(({ value }) => value)).toEqual(swept.transactions.map(x => tabled(x, 2)[index]));
    }
  });

  test('all rows as a table, behind what was swept', () => {
    const table = sweepTable(boot.params, Object.keys(swept), points, columnsKnown(views));
    expect(table.rows).toHaveLength(points.length * points[0].rows.length);
    expect(table.columns.slice(0, 2).map(({ key }) => key)).toEqual(['param.transactions', 'param.pages']);
    expect(table.rows[0]).toMatchObject({ 'param.transactions': 0, 'param.pages': 1, ...points[0].rows[0] });
  });
});
