/**
 * Runs every experiment with its defaults and draws what it shows, and with the further values that pages quote. Started by itself in a process of its own, so that a
 * change of the model is seen without starting the development server anew.
 */
import { writeFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { experiments } from '../../src/model/experiments/index.ts';
import { defaults } from '../../src/model/experiments/params.ts';
import { drawOutcome } from '../../src/views/index.ts';
import { type Computed, slugOf } from './computed.ts';
import { settingsOf } from './settings.ts';

/** Sets of values that pages quote, by experiment. */
const sets = JSON.parse(process.argv[3]) as Record<string, readonly string[]>;

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const computed: Computed[] = [];
const htmlOf = (elements: readonly HTMLElement[]) => elements.map(({ outerHTML }) => outerHTML).join('');
for (const experiment of experiments) {
  const { id, question, params } = experiment;
  const values = defaults(params);
  const rows = experiment.run(values);
  const evidence = experiment.evidence(rows, values);
  const views = experiment.views(rows, values);
  const { first, rest } = await drawOutcome(document, { views, evidence }, slugOf(id));
  const quoted = (sets[id] ?? []).map(set => {
    const other = settingsOf(params, set);
    const found = experiment.run(other);
    return [set, { rows: found, evidence: experiment.evidence(found, other) }] as const;
  });
  computed.push({
    id,
    question,
    params,
    values,
    rows,
    evidence,
    quoted: Object.fromEntries(quoted),
    html: { first: htmlOf(first), rest: htmlOf(rest) },
  });
}
writeFileSync(process.argv[2], JSON.stringify(computed));
