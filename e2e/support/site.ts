import { readdirSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { test as base, expect, inject } from 'vitest';
import type { Served } from './serve.ts';

export const sites = inject('sites');

/** How a page is opened. */
export interface Opening extends BrowserContextOptions {
  /** Which build; the one at the root when left out. */
  readonly site?: Served;
  /** Keep what the page does wrong to yourself; without it, any error, refusal or foreign request fails the test. */
  readonly problems?: string[];
  /** Receives every request the page makes. */
  readonly requests?: Request[];
  /** Script run in the page before any of its own. */
  readonly before?: string;
}

/** Opens a page of the site, at a path below the site's base without a slash at its front. */
export type Open = (path: string, opening?: Opening) => Promise<Page>;

let browser: Promise<Browser> | undefined;

/** What Playwright itself writes where a page would keep the site for reading offline. */
const BLOCKED = 'Service Worker registration blocked by Playwright';

/** Notes everything that a page which works does not do. */
function watch(page: Page, site: Served, problems: string[]) {
  const { origin } = new URL(site.url);
  page.on('console', message => {
    if (message.text() === BLOCKED) return;
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => problems.push(`uncaught: ${error.message}`));
  page.on('request', request => {
    const url = new URL(request.url());
    const local =
      url.origin === origin || ['data:', 'about:'].includes(url.protocol) || url.href.startsWith(`blob:`);
    if (!local) problems.push(`request to ${request.url()}`);
  });
  page.on('response', response => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
}

/** A test with a browser: what it opens is closed behind it, and what went wrong in a page fails it. */
export const test = base.extend<{ open: Open }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs
  open: async ({}, use) => {
    const opened: { close(): Promise<void> }[] = [];
    const unexpected: string[] = [];
    await use(
      async (path, { site = sites.root, problems = unexpected, requests, before, ...options } = {}) => {
        browser ??= chromium.connect(inject('browser'));
        const context = await (await browser).newContext({
          viewport: { width: 1280, height: 900 },
          // It would fetch the whole site for every page; what it does has tests of its own.
          serviceWorkers: 'block',
          ...options,
        });
        opened.push(context);
        // Only ends what hangs: a busy machine may take long over anything.
        context.setDefaultTimeout(120_000);
        const page = await context.newPage();
        watch(page, site, problems);
        if (requests) page.on('request', request => requests.push(request));
        if (before) await page.addInitScript(before);
        await page.goto(new URL(path, site.url).href, { waitUntil: 'networkidle' });
        if (options.javaScriptEnabled !== false) {
          // On a busy machine the network may rest before the page has asked for all it wants.
          await page.locator('html[data-has-hydrated=true]').waitFor({ state: 'attached' });
          await page.waitForLoadState('networkidle');
        }
        return page;
      },
    );
    for (const context of opened) await context.close();
    expect(unexpected).toEqual([]);
  },
});

/** Every page of a build, as a path below its base: '' for the front page, `glossary/`, `404.html`. */
export function pagesOf(site: Served): string[] {
  return readdirSync(site.folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.html'))
    .map(path => path.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1'))
    .sort();
}
