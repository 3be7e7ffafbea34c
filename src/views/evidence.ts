import type { Evidence } from '../model/evidence/published.ts';
import { html } from './dom.ts';
import { formatNumber } from './format.ts';
import { scrollable } from './table.ts';

/** Splits `author, title, date, address` into its text and its address; author and date stand for the whole text. */
function sourceOf(document: Document, source: string): Node {
  const match = /^(.*), (https?:\/\/\S+)$/s.exec(source);
  if (!match) return document.createTextNode(source);
  const [, text, address] = match;
  const short = /^([^,:]+), .*, (\d{4}-\d\d-\d\d)$/s.exec(text);
  return html(document, 'a', { href: address, title: text }, short ? `${short[1]}, ${short[2]}` : text);
}

/** An error relative to the published figure, in percent with its sign. */
function percent(error: number): string {
  const text = formatNumber(Math.abs(error) * 100, 1);
  if (text === '0.0') return '0.0 %';
  return `${error < 0 ? '−' : '+'}${text} %`;
}

/** What the table is called. */
export const EVIDENCE = 'Published figures against the model';

/** So many figures are shown at once; more are folded under what they come to. */
const SHORT = 4;

/** How many figures from one on have the same source: it is named once for all of them. */
function runOf(evidence: readonly Evidence[], from: number): number {
  let end = from + 1;
  while (end < evidence.length && evidence[end].source === evidence[from].source) end++;
  return end - from;
}

/** Published figures beside the model's, with what was fitted told from what was predicted. */
export function drawEvidence(document: Document, evidence: readonly Evidence[]): HTMLElement | undefined {
  if (evidence.length === 0) return undefined;
  const head = ['What was published', 'Published', 'Model', 'Error', '', 'Source'].map((text, index) =>
    html(
      document,
      'th',
      { scope: 'col', class: index >= 1 && index <= 3 ? 'fl-number' : undefined },
      index === 4 ? 'How' : text,
    ),
  );
  const rows = evidence.map(({ name, unit, published, model, error, fitted, source }, index) =>
    html(
      document,
      'tr',
      {},
      html(document, 'th', { scope: 'row' }, name),
      html(document, 'td', { class: 'fl-number' }, `${formatNumber(published)} ${unit}`),
      html(document, 'td', { class: 'fl-number' }, `${formatNumber(model)} ${unit}`),
      html(document, 'td', { class: 'fl-number' }, percent(error)),
      html(document, 'td', {}, fitted ? 'fitted' : 'predicted'),
      ...(index > 0 && evidence[index - 1].source === source
        ? []
        : [
            html(
              document,
              'td',
              { class: 'fl-source', rowspan: String(runOf(evidence, index)) },
              sourceOf(document, source),
            ),
          ]),
    ),
  );
  const table = html(
    document,
    'table',
    { class: 'fl-evidence' },
    html(document, 'thead', {}, html(document, 'tr', {}, ...head)),
    html(document, 'tbody', {}, ...rows),
  );
  // A page may show several: a region needs a name of its own.
  const region = scrollable(document, `${EVIDENCE}, ${evidence[0].name} first`, table);
  if (evidence.length <= SHORT) {
    return html(
      document,
      'figure',
      { class: 'fl-figure' },
      html(document, 'figcaption', { class: 'fl-title' }, EVIDENCE),
      region,
    );
  }
  const predicted = evidence.filter(({ fitted }) => !fitted);
  const errors = (predicted.length > 0 ? predicted : evidence).map(({ error }) => error);
  const told = `${EVIDENCE}: ${evidence.length - predicted.length} fitted, ${predicted.length} predicted, errors from ${percent(Math.min(...errors))} to ${percent(Math.max(...errors))}`;
  return html(
    document,
    'figure',
    { class: 'fl-figure' },
    html(document, 'details', { class: 'fl-twin' }, html(document, 'summary', {}, told), region),
  );
}
