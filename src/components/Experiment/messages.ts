import type { AnyValues } from '../../model/experiments/params.ts';
import type { Row } from '../../model/experiments/view.ts';
import type { Outcome } from '../../views/index.ts';

/** What the page asks of the worker. */
export interface RunRequest {
  readonly run: number;
  readonly id: string;
  readonly values: AnyValues;
}

/** What the worker answers; `run` says to which request. */
export type RunReply =
  | { readonly run: number; readonly kind: 'progress'; readonly fraction: number }
  | { readonly run: number; readonly kind: 'done'; readonly rows: readonly Row[]; readonly outcome: Outcome }
  | { readonly run: number; readonly kind: 'failed'; readonly message: string };
