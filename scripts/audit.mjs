/**
 * How fast the built site is on this machine, as medians of five visits; nothing is asserted.
 *
 * Needs a build (`npm start` or `npm test` makes one). VISITS: how many visits each (5).
 */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { ensureChromium } from './lib/chromium.mjs';
import { driven, steady, visit } from './lib/lighthouse.mjs';
import { root } from './lib/run.mjs';
import { listen, staticServer } from './lib/static-server.mjs';

const VISITS = Number(process.env.VISITS ?? 5);
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

/** Time in ms from pressing Run to output in the page; runs in the page. */
function clickToOutput() {
  return new Promise(resolve => {
    const box = /** @type {Element} */ (document.querySelector('.fl-pg'));
    const status = /** @type {Element} */ (box.querySelector('[role=status]'));
    const run = /** @type {HTMLButtonElement} */ (box.querySelector('.fl-pg-primary'));
    const start = performance.now();
    const observer = new MutationObserver(() => {
      if (!/^(Done|Line)/.test(status.textContent ?? '')) return;
      observer.disconnect();
      resolve(performance.now() - start);
    });
    observer.observe(status, { childList: true, characterData: true, subtree: true });
    run.click();
  });
}

/** Time in ms of a frame with an opaque origin whose worker answers once and does nothing else; runs in a page. */
function bareTrip() {
  return new Promise(resolve => {
    const start = performance.now();
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    window.addEventListener(
      'message',
      () => {
        frame.remove();
        resolve(performance.now() - start);
      },
      { once: true },
    );
    frame.srcdoc = `<script>const w = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
      w.onmessage = () => parent.postMessage(1, '*');</script>`;
    document.body.append(frame);
  });
}

/** @param {string} url */
async function sandboxTimes(url) {
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  /** @type {{ cold: number, warm: number, bare: number }[]} */
  const all = [];
  for (let i = 0; i < VISITS; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}debates/private-memory/`, { waitUntil: 'networkidle' });
    const cold = await page.evaluate(clickToOutput);
    const warm = median([
      await page.evaluate(clickToOutput),
      await page.evaluate(clickToOutput),
      await page.evaluate(clickToOutput),
    ]);
    const blank = await context.newPage();
    await blank.goto(`${url}img/logo.svg`).catch(() => undefined);
    await blank.goto('about:blank');
    const bare = median([
      await blank.evaluate(bareTrip),
      await blank.evaluate(bareTrip),
      await blank.evaluate(bareTrip),
    ]);
    all.push({ cold, warm, bare });
    await context.close();
  }
  await browser.close();
  return medians(all);
}

if (!existsSync(`${root}build/index.html`)) {
  console.error('There is no build in build/; `npm run build` makes one.');
  process.exitCode = 1;
} else {
  const server = staticServer(`${root}build`, '/');
  const url = `http://localhost:${await listen(server, 0)}/`;
  console.log(`Medians of ${VISITS} visits on this machine.\n`);
  const { cold, warm, bare } = await sandboxTimes(url);
  console.log(
    `Run to output, in ms: ${cold} the first time, ${warm} when warm; an empty sandbox takes ${bare}.\n`,
  );
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
