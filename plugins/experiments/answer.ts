import { keyOf, type Query } from '../../src/components/Result/query.ts';
import type { Value } from '../../src/model/experiments/view.ts';
import { formatNumber, formatValue } from '../../src/views/format.ts';
import type { Computed } from './computed.ts';

function fail(query: Query, what: string): never {
  throw new Error(`<Result> ${keyOf(query)}: ${what}`);
}

function cell({ rows }: Pick<Computed, 'rows'>, query: Query, conditions: string, column: string): Value {
  const wanted = conditions.split('; ').map(condition => {
    const at = condition.indexOf('=');
    if (at < 0) fail(query, `"${condition}" is not of the form column=value`);
    return [condition.slice(0, at), condition.slice(at + 1)] as const;
  });
  const found = rows.filter(row => wanted.every(([key, value]) => String(row[key]) === value));
  if (found.length !== 1) {
    const keys = wanted.map(([key]) => key);
    const known = [...new Set(rows.map(row => keys.map(key => `${key}=${row[key]}`).join('; ')))];
    fail(query, `${found.length} rows are "${conditions}"; rows: ${known.slice(0, 40).join(' | ')}`);
  }
  const value = found[0][column];
  if (value === undefined) fail(query, `no column "${column}"; columns: ${Object.keys(found[0]).join(', ')}`);
  return value;
}

/**
 * Answers a query from the run it asks for.
 *
 * @throws {Error} where the query names nothing; the message says what there is
 */
export function answer(computed: Pick<Computed, 'rows' | 'evidence'>, query: Query): string {
  const digits = query.digits === undefined ? undefined : Number(query.digits);
  if (query.evidence !== undefined) {
    const figure = computed.evidence.find(({ name }) => name === query.evidence);
    if (!figure)
      fail(query, `no such figure; figures: ${computed.evidence.map(({ name }) => name).join(' | ')}`);
    switch (query.show ?? 'model') {
      case 'published':
        return formatNumber(figure.published, digits);
      case 'model':
        return formatNumber(figure.model, digits);
      case 'error':
        return `${formatNumber(figure.error * 100, digits ?? 1)} %`;
      default:
        return fail(query, 'show is one of published, model, error');
    }
  }
  if (query.row === undefined || query.column === undefined) fail(query, 'give row and column, or evidence');
  const value = cell(computed, query, query.row, query.column);
  if (query.over === undefined) return formatValue(value, { digits });
  const divisor = cell(computed, query, query.over, query.column);
  if (typeof value !== 'number' || typeof divisor !== 'number') fail(query, 'only numbers can be divided');
  return formatNumber(value / divisor, digits);
}

/** The queries that stand in a page's source. */
export function queriesIn(mdx: string): Query[] {
  return [...mdx.matchAll(/<Result\s([^>]*?)\/>/gs)].map(match => {
    const attributes = [...match[1].matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    return Object.fromEntries(attributes) as Query;
  });
}
