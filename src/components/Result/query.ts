/**
 * What `<Result>` asks of an experiment's run: the default one, or that with the values `set` names.
 *
 * Either a cell: `row` names it by `column=value` (several joined by `; `), `column` says which, and `over` divides it by
 * the same column of another row. Or a published figure: `evidence` is its name, `show` one of published, model, error.
 */
export interface Query {
  readonly of: string;
  /** Parameters that differ from their defaults: `guest=sev; cpus=64`. */
  readonly set?: string;
  readonly row?: string;
  readonly column?: string;
  readonly over?: string;
  readonly evidence?: string;
  readonly show?: string;
  /** Decimals. */
  readonly digits?: string;
}

const fields = ['of', 'set', 'row', 'column', 'over', 'evidence', 'show', 'digits'] as const;

/** A query as one line: the same for the build, the page and the tests. */
export function keyOf(query: Query): string {
  return fields
    .filter(field => query[field] !== undefined)
    .map(field => `${field}=${query[field]}`)
    .join(' | ');
}
