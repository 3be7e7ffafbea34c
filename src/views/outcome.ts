import type { Evidence } from '../model/evidence/published.ts';
import type { View } from '../model/experiments/view.ts';
import { drawEvidence } from './evidence.ts';
import { drawFigure } from './figure.ts';

/** What a run of an experiment has to show. */
export interface Outcome {
  readonly views: readonly View[];
  readonly evidence: readonly Evidence[];
}

/** What a run shows, drawn: its first figure, and all that comes after it. */
export interface DrawnOutcome {
  readonly first: readonly HTMLElement[];
  readonly rest: readonly HTMLElement[];
}

/**
 * Draws everything a run has to show, in the order in which the experiment gives it.
 *
 * @param uid tells this drawing's ids from all others on the page
 */
export async function drawOutcome(
  document: Document,
  { views, evidence }: Outcome,
  uid: string,
): Promise<DrawnOutcome> {
  const figures: HTMLElement[] = [];
  for (const [index, view] of views.entries())
    figures.push(await drawFigure(document, view, `${uid}-${index}`));
  const table = drawEvidence(document, evidence);
  return { first: figures.slice(0, 1), rest: table ? [...figures.slice(1), table] : figures.slice(1) };
}
