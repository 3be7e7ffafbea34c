import lighthouse, { desktopConfig } from 'lighthouse';
import { chromium } from 'playwright-core';
import { ensureChromium } from './chromium.mjs';

/** Categories whose scores depend on the build alone, not on how busy the machine is. */
export const steady = /** @type {const} */ (['accessibility', 'best-practices', 'seo']);

/**
 * Starts a Chromium that Lighthouse can drive.
 *
 * @returns {Promise<{ port: number, close(): Promise<void> }>}
 */
export async function driven() {
  const { createServer } = await import('node:net');
  /** @type {number} */
  const port = await new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--remote-debugging-port=${port}`,
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  return { port, close: () => browser.close() };
}

/**
 * What Lighthouse says of one visit to a page.
 *
 * @param {string} url
 * @param {number} port of a browser from {@link driven}
 * @param {'phone' | 'desktop'} profile
 * @param {readonly string[]} categories
 * @returns {Promise<{ scores: Record<string, number>, failed: string[], times: Record<string, number> }>} scores from 0
 *   to 100, the audits that cost any, and times in ms
 */
export async function visit(url, port, profile, categories) {
  const result = await lighthouse(
    url,
    { port, onlyCategories: [...categories], logLevel: 'error', output: 'json' },
    profile === 'desktop' ? desktopConfig : undefined,
  );
  if (!result) throw new Error(`Lighthouse gave nothing for ${url}`);
  const { lhr } = result;
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const scores = Object.fromEntries(
    Object.entries(lhr.categories).map(([id, { score }]) => [id, Math.round((score ?? 0) * 100)]),
  );
  const failed = Object.values(lhr.categories).flatMap(({ id, auditRefs }) =>
    auditRefs
      .filter(({ weight, id: audit }) => weight > 0 && (lhr.audits[audit].score ?? 1) < 1)
      .map(({ id: audit }) => `${id}: ${audit}`),
  );
  const names = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'speed-index'];
  const times = Object.fromEntries(
    names.flatMap(name => {
      const value = lhr.audits[name]?.numericValue;
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { scores, failed, times };
}
