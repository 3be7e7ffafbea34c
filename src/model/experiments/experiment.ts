/**
 * The one definition of an experiment. From it come the controls, plots and tables of the page, the permalink,
 * `lab run`, `lab sweep`, the reference page and the test.
 */
import type { Evidence } from '../evidence/published.ts';
import type { AnyValues, Params, Values } from './params.ts';
import type { Row, View } from './view.ts';

/** What one experiment is. `run` is pure: the same values give the same rows, byte for byte, everywhere. */
export interface Experiment<P extends Params = Params, R extends Row = Row> {
  /** `debate/name`, fixed for ever: links contain it. */
  readonly id: string;
  /** What a reader finds out by running it. */
  readonly question: string;
  readonly params: P;
  /**
   * @param progress told a fraction from 0 to 1 now and then, where a run is long.
   * @throws RangeError where the values make no sense together; the message says what would.
   */
  run(values: Values<P>, progress?: (fraction: number) => void): readonly R[];
  /** What to draw, from rows and values alone. */
  views(rows: readonly R[], values: Values<P>): readonly View[];
  /** Published figures that bear on it, beside the model's; empty where nothing is published. */
  evidence(rows: readonly R[], values: Values<P>): readonly Evidence[];
}

/** An experiment whose parameters are not known to the compiler, as registries and pages hold it. */
export interface AnyExperiment {
  readonly id: string;
  readonly question: string;
  readonly params: Params;
  run(values: AnyValues, progress?: (fraction: number) => void): readonly Row[];
  views(rows: readonly Row[], values: AnyValues): readonly View[];
  evidence(rows: readonly Row[], values: AnyValues): readonly Evidence[];
}

/** Keeps the parameters' types while an experiment is written, and forgets them for those who hold many. */
export function experiment<P extends Params, R extends Row>(definition: Experiment<P, R>): AnyExperiment {
  return definition as unknown as AnyExperiment;
}
