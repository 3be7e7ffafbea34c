import type { Evidence } from '../model/evidence/published.ts';
import type { View } from '../model/experiments/view.ts';
import { html } from './dom.ts';
import { drawEvidence, EVIDENCE } from './evidence.ts';
import { drawFigure } from './figure.ts';

/** What a run of an experiment has to show. */
export interface Outcome {
  readonly views: readonly View[];
  readonly evidence: readonly Evidence[];
}

/** Rows beyond which a table that follows the first figure is folded. */
const LONG_TABLE = 4;

/** A long table is there for whoever asks for it: the figure before it is what the page is about. */
function folding(view: View): View {
  return view.kind === 'table' && view.rows.length > LONG_TABLE ? { ...view, folded: true } : view;
}

/** Where there is little room, what follows the first figure is folded under its title, if it is not folded by itself. */
function resting(
  document: Document,
  figure: HTMLElement,
  { kind, title }: Pick<View, 'kind' | 'title'>,
): HTMLElement {
  if (kind === 'table' && figure.querySelector('details') !== null) return figure;
  return html(document, 'details', { class: 'fl-narrow-fold' }, html(document, 'summary', {}, title), figure);
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
    figures.push(await drawFigure(document, index === 0 ? view : folding(view), `${uid}-${index}`));
  const drawn = drawEvidence(document, evidence);
  const table = drawn && resting(document, drawn, { kind: 'table', title: EVIDENCE });
  const rest = figures.slice(1).map((figure, index) => resting(document, figure, views[index + 1]));
  return { first: figures.slice(0, 1), rest: table ? [...rest, table] : rest };
}
