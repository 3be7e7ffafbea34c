import type { Evidence } from '../../evidence/published.ts';
import { experiment } from '../experiment.ts';
import { choice } from '../params.ts';
import { scalabilityTable } from '../userfault/pagingFit.ts';
import type { Row } from '../view.ts';
import { CALIBRATED_TABLES } from './tables.ts';

const LAW = 'Universal scalability law on Moorthy’s table, for comparison';

/** `model/calibration`: every published table that the model is held against, point by point. */
export const calibrationExperiment = experiment({
  id: 'model/calibration',
  question: 'How far is the model from what was published, and on which of those figures was it fitted?',
  params: {
    points: choice({
      label: 'Points',
      help: 'A point that a constant was fitted on proves nothing; a predicted one does.',
      options: { all: 'all', predicted: 'predicted only', fitted: 'fitted only' },
      default: 'all',
    }),
  },
  run({ points }, progress) {
    const wanted = (point: Evidence) => points === 'all' || point.fitted === (points === 'fitted');
    const rows = CALIBRATED_TABLES.flatMap(({ title, points: measure }, i) => {
      progress?.(i / CALIBRATED_TABLES.length);
      return measure()
        .filter(wanted)
        .map(point => rowOf(title, point));
    });
    const law = scalabilityTable()
      .filter(wanted)
      .map(point => rowOf(LAW, point));
    return [...rows, ...law].map((row, i) => ({ order: i + 1, ...row }));
  },
  views(rows) {
    const model = rows.filter(row => row.table !== LAW);
    return [
      {
        kind: 'table',
        title: 'Published tables',
        columns: [
          { key: 'table', label: 'Table' },
          { key: 'free', label: 'Constants fitted on it' },
          { key: 'fitted', label: 'Points fitted' },
          { key: 'predicted', label: 'Points predicted' },
          { key: 'median', label: 'Median error of these', unit: '%', digits: 1 },
          { key: 'largest', label: 'Largest', unit: '%', digits: 1 },
        ],
        rows: [
          ...CALIBRATED_TABLES.map(({ title, free }) => summary(title, Object.keys(free).length, rows)),
          summary(LAW, 6, rows),
        ],
      },
      {
        kind: 'plot',
        title: 'Error of each point',
        summary: 'One dot a published figure: how far the model lies from it, in percent of it.',
        mark: 'dot',
        x: { key: 'order', label: 'Point, in the order of the tables' },
        y: { key: 'percent', label: 'Error', unit: '%', digits: 0 },
        series: 'table',
        rows: model,
      },
      {
        kind: 'table',
        title: 'Constants that were fitted',
        columns: [
          { key: 'what', label: 'What it is' },
          { key: 'value', label: 'Value' },
          { key: 'unit', label: 'Unit' },
          { key: 'on', label: 'Fitted on' },
        ],
        rows: CALIBRATED_TABLES.flatMap(({ title, free }) =>
          Object.values(free).map(({ what, value, unit, origin }) => ({
            table: title,
            what,
            value,
            unit,
            on: origin.kind === 'fitted' ? origin.on : '',
          })),
        ),
      },
      {
        kind: 'table',
        title: 'Every point',
        columns: [
          { key: 'name', label: 'Figure' },
          { key: 'published', label: 'Published' },
          { key: 'model', label: 'Model', digits: 1 },
          { key: 'unit', label: 'Unit' },
          { key: 'percent', label: 'Error', unit: '%', digits: 1 },
          { key: 'how', label: 'How' },
          { key: 'table', label: 'Table' },
        ],
        rows,
      },
    ];
  },
  // The rows are the evidence, and a second table of the same would say nothing more.
  evidence: () => [],
});

function rowOf(table: string, { name, unit, published, model, error, fitted }: Evidence) {
  return {
    table,
    name,
    unit,
    published,
    model: Math.round(model * 1000) / 1000,
    percent: Math.round(error * 100_000) / 1000,
    how: fitted ? 'fitted' : 'predicted',
  };
}

/** A table in one row: the median and the largest of the errors that were predicted, both without their sign. */
function summary(table: string, free: number, rows: readonly Row[]): Row {
  const own = rows.filter(row => row.table === table);
  const errors = own
    .filter(row => row.how === 'predicted')
    .map(row => Math.abs(row.percent as number))
    .sort((a, b) => a - b);
  const middle = (errors.length - 1) / 2;
  return {
    table,
    free,
    fitted: own.length - errors.length,
    predicted: errors.length,
    median: errors.length === 0 ? null : (errors[Math.floor(middle)] + errors[Math.ceil(middle)]) / 2,
    largest: errors.length === 0 ? null : errors[errors.length - 1],
  };
}
