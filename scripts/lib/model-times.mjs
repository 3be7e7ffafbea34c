/** How long the site's own workers take in Chromium for each experiment at its defaults and each design of each race. */
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { ensureChromium } from './chromium.mjs';
import { root } from './run.mjs';

/** Most ms that each may take: what the pages promise their readers on two cores. */
const BOUNDS = { experiment: 2000, race: 3000 };

/**
 * @typedef {object} Job
 * @property {'experiment' | 'race'} kind
 * @property {string} name what it is called in the table
 * @property {object} request what the page would ask of the worker
 */

/**
 * Bundles a script for the browser.
 *
 * @param {import('esbuild').BuildOptions} options
 */
async function bundled(options) {
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    ...options,
  });
  return /** @type {import('esbuild').OutputFile[]} */ (outputFiles)[0].text;
}

/** What there is to run, as the model lists it. */
const LIST = `
  import { experiments } from './src/model/experiments/index.ts';
  import { defaults } from './src/model/experiments/params.ts';
  import { races } from './src/model/races/index.ts';
  globalThis.jobs = [
    ...experiments.map(({ id, params }) => ({
      kind: 'experiment', name: id, request: { run: 1, id, values: defaults(params) },
    })),
    ...races.flatMap(({ id, designs }) => designs.map(({ name }) => ({
      kind: 'race', name: id + ' ' + name, request: { kind: 'explore', race: id, design: name },
    }))),
  ];`;

/**
 * Time in ms from making a worker, as a page does when Run is pressed first, to its answer; runs in a page.
 *
 * @param {{ script: string, request: object }} job
 */
function inFreshWorker({ script, request }) {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const start = performance.now();
    const worker = new Worker(url);
    worker.onerror = event => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.kind === 'progress') return;
      worker.terminate();
      URL.revokeObjectURL(url);
      if (data.kind === 'failed') reject(new Error(data.message));
      else resolve(performance.now() - start);
    };
    worker.postMessage(request);
  });
}

/**
 * Times every experiment at its defaults and every design of every race.
 *
 * @param {number} visits runs of each, each in a worker of its own
 * @returns {Promise<{ kind: Job['kind'], name: string, ms: number[], bound: number }[]>} times of each run
 */
export async function modelTimes(visits) {
  const components = `${root}src/components/`;
  const scripts = {
    experiment: await bundled({ entryPoints: [`${components}Experiment/worker.ts`] }),
    race: await bundled({ entryPoints: [`${components}Race/worker.ts`] }),
  };
  const list = await bundled({ stdin: { contents: LIST, resolveDir: root, loader: 'ts' } });
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: list });
    const jobs = /** @type {Job[]} */ (await page.evaluate('globalThis.jobs'));
    const out = [];
    for (const { kind, name, request } of jobs) {
      const ms = [];
      for (let i = 0; i < visits; i++) {
        ms.push(
          /** @type {number} */ (await page.evaluate(inFreshWorker, { script: scripts[kind], request })),
        );
      }
      out.push({ kind, name, ms, bound: BOUNDS[kind] });
    }
    return out;
  } finally {
    await browser.close();
  }
}
