/**
 * How fast experiments, races and the built site are in Chromium on this machine, as medians of five visits; nothing is
 * asserted, and what takes longer than it should is marked `over`.
 *
 * `npm run audit models` times experiments and races alone; the rest needs a build (`npm start` or `npm test` makes
 * one). VISITS: how many visits each (5).
 */
import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { chromium } from 'playwright-core';
import { ensureChromium } from './lib/chromium.mjs';
import { driven, steady, visit } from './lib/lighthouse.mjs';
import { modelTimes } from './lib/model-times.mjs';
import { root } from './lib/run.mjs';
import { listen, staticServer } from './lib/static-server.mjs';

const VISITS = Number(process.env.VISITS ?? 5);
/** Pages whose first playground shows a plot and a table. */
const playgrounds = ['debates/private-memory/', 'debates/userfault/'];
const paths = ['', 'debates/private-memory/', 'debates/userfault/'];

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** @param {readonly Record<string, number>[]} all */
function medians(all) {
  return Object.fromEntries(
    Object.keys(all[0]).map(key => [key, Math.round(median(all.map(one => one[key])))]),
  );
}

/**
 * Stands before every script of a page: keeps the script that a run sends to its frame, and takes the times from the
 * press of Run to the first output.
 */
const WATCH = `
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (data, ...rest) {
    if (typeof data === 'string' && data.length > 10000) window.sent = data;
    return post.call(this, data, ...rest);
  };
  addEventListener('click', ({ target }) => {
    const box = target.closest?.('.fl-pg-primary') && target.closest('.fl-pg');
    if (!box) return;
    const start = performance.now();
    const observer = new MutationObserver(records => {
      if (!records.some(({ addedNodes }) => addedNodes.length > 0)) return;
      observer.disconnect();
      window.took = performance.now() - start;
    });
    observer.observe(box.querySelector('.fl-pg-output'), { childList: true, subtree: true });
  }, true);`;

/**
 * Time in ms of the least that can run a program in a sandbox: a frame of its own with nothing but a worker that runs
 * the same script, to the first thing it shows. Runs in a page without a policy.
 *
 * @param {string} script
 * @returns {Promise<number>}
 */
function bareTrip(script) {
  return new Promise(resolve => {
    const start = performance.now();
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.hidden = true;
    /** @param {MessageEvent} event */
    const receive = ({ source, data }) => {
      if (source !== frame.contentWindow) return;
      if (data === 'up') {
        frame.contentWindow?.postMessage(script, '*');
        return;
      }
      const took = performance.now() - start;
      window.removeEventListener('message', receive);
      frame.remove();
      resolve(took);
    };
    window.addEventListener('message', receive);
    frame.srcdoc = `<script>
      onmessage = ({ data }) => {
        new Worker(URL.createObjectURL(new Blob([data]))).onmessage = ({ data }) => parent.postMessage(data, '*');
      };
      parent.postMessage('up', '*');
    </script>`;
    document.body.append(frame);
  });
}

/** How long in ms the pointer rests on Run before it is pressed: readers need longer. */
const REST_MS = 100;

/**
 * Presses Run as a reader does and waits for the end of the run.
 *
 * @param {import('playwright-core').Page} page
 */
async function took(page) {
  const box = page.locator('.fl-pg').first();
  const run = box.locator('.fl-pg-primary');
  await page.mouse.move(0, 0);
  await run.hover();
  await page.waitForTimeout(REST_MS);
  await page.evaluate(() => Reflect.deleteProperty(window, 'took'));
  await run.click();
  await page.waitForFunction(() => 'took' in window);
  await box.locator('[role=status]', { hasText: /^(Done|Line)/ }).waitFor();
  return page.evaluate(() => /** @type {{ took: number }} */ (/** @type {unknown} */ (window)).took);
}

/** @param {string} address of a page with a playground */
async function sandboxTimes(address) {
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  /** @type {{ cold: number, warm: number, bare: number }[]} */
  const all = [];
  for (let i = 0; i < VISITS; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    await page.goto(address, { waitUntil: 'networkidle' });
    const unbound = await browser.newContext({ bypassCSP: true });
    const blank = await unbound.newPage();
    await blank.goto(address, { waitUntil: 'networkidle' });
    const cold = await took(page);
    const script = await page.evaluate(
      () => /** @type {{ sent: string }} */ (/** @type {unknown} */ (window)).sent,
    );
    const warm = [];
    const bare = [];
    // In turn, so that whatever else the machine does bears on both.
    for (let turn = 0; turn < 5; turn++) {
      bare.push(await blank.evaluate(bareTrip, script));
      warm.push(await took(page));
    }
    all.push({ cold, warm: median(warm), bare: median(bare) });
    await context.close();
    await unbound.close();
  }
  await browser.close();
  return medians(all);
}

/** Experiments at their defaults and races, each beside its bound. */
async function printModels() {
  const rows = (await modelTimes(VISITS)).map(({ kind, name, ms, bound }) => ({
    kind,
    name,
    bound,
    ms: median(ms),
  }));
  const over = rows.filter(({ ms, bound }) => ms > bound);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { kind, name, ms, bound } of rows) {
    const mark = ms > bound ? 'over' : 'ok  ';
    console.log(
      `${mark} ${kind.padEnd(10)} ${name.padEnd(width)} ${String(Math.round(ms)).padStart(6)} ms of ${bound}`,
    );
  }
  console.log(`${rows.length} timed in Chromium, ${over.length} over their bound.\n`);
}

console.log(
  `Medians of ${VISITS} visits on this machine: ${availableParallelism()} CPUs, load ${loadavg()[0].toFixed(1)}.\n`,
);
await printModels();
const modelsAlone = process.argv[2] === 'models';
if (!modelsAlone && !existsSync(`${root}build/index.html`)) {
  console.error('There is no build in build/; `npm run build` makes one.');
  process.exitCode = 1;
} else if (!modelsAlone) {
  const server = staticServer(`${root}build`, '/');
  const url = `http://localhost:${await listen(server, 0)}/`;
  console.log(
    'From Run to the first output, against the same program in a bare sandbox (bounds: 3 and 1.5 times):',
  );
  for (const path of playgrounds) {
    const { cold, warm, bare } = await sandboxTimes(url + path);
    const times = (/** @type {number} */ ms) => `${ms} ms, ${(ms / bare).toFixed(2)} times`;
    console.log(`/${path}: bare ${bare} ms; cold ${times(cold)}; warm ${times(warm)}`);
  }
  console.log('');
  const browser = await driven();
  for (const profile of /** @type {const} */ (['desktop', 'phone'])) {
    for (const path of paths) {
      const visits = [];
      for (let i = 0; i < VISITS; i++) {
        visits.push(await visit(url + path, browser.port, profile, ['performance', ...steady]));
      }
      const scores = medians(visits.map(({ scores }) => scores));
      const times = medians(visits.map(({ times }) => times));
      const words = [
        ...Object.entries(scores),
        ...Object.entries(times).map(([name, ms]) => [name, `${ms} ms`]),
      ];
      console.log(`/${path} ${profile}: ${words.map(([name, value]) => `${name} ${value}`).join(', ')}`);
    }
  }
  await browser.close();
  server.closeAllConnections();
  server.close();
}
