/**
 * Runs experiments beside the page. It is the site's own code on values the page has checked; readers' programs run
 * elsewhere.
 */
import { findExperiment } from '../../model/experiments/index.ts';
import type { RunReply, RunRequest } from './messages.ts';

/** Progress is told this often at most, in ms. */
const PROGRESS_EVERY = 100;

const reply = (message: RunReply) => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
  const { run, id, values } = data;
  let told = performance.now();
  try {
    const experiment = findExperiment(id);
    if (!experiment) throw new Error(`there is no experiment "${id}"`);
    const rows = experiment.run(values, fraction => {
      const now = performance.now();
      if (now - told < PROGRESS_EVERY) return;
      told = now;
      reply({ run, kind: 'progress', fraction });
    });
    const views = experiment.views(rows, values);
    const evidence = experiment.evidence(rows, values);
    reply({ run, kind: 'done', rows, outcome: { views, evidence } });
  } catch (error) {
    reply({ run, kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
