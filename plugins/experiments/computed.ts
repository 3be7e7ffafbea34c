import type { Evidence } from '../../src/model/evidence/published.ts';
import type { AnyValues, Params } from '../../src/model/experiments/params.ts';
import type { Row } from '../../src/model/experiments/view.ts';

/** A run with other values than the defaults, which a page quotes. */
interface QuotedRun {
  readonly rows: readonly Row[];
  readonly evidence: readonly Evidence[];
}

/** An experiment run with its defaults: what the build makes of one definition. */
export interface Computed {
  readonly id: string;
  readonly question: string;
  readonly params: Params;
  readonly values: AnyValues;
  readonly rows: readonly Row[];
  readonly evidence: readonly Evidence[];
  /** Further runs, by the `set` of the queries that ask for them. */
  readonly quoted: Readonly<Record<string, QuotedRun>>;
  /** What it shows, as HTML for the page: the first figure, and all that comes after it. */
  readonly html: { readonly first: string; readonly rest: string };
}

/** An id as a file name and as the beginning of the ids of elements. */
export function slugOf(id: string): string {
  return id.replace('/', '-');
}
