import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { manifestOf, workerOf } from '../plugins/offline/index.ts';
import { listen, staticServer } from '../scripts/lib/static-server.mjs';
import { PREFIX } from '../src/offline/cache.ts';
import { fragmentOf } from '../src/playground/link/address.ts';
import { encodeLink } from '../src/playground/link/codec.ts';
import { sites } from './support/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.connect(inject('browser'));
});
afterAll(() => browser.close());

/** A server of its own for a build, which can be stopped while a page stands. */
async function serve(folder: string, baseUrl: string, port = 0) {
  const server: Server = staticServer(folder, baseUrl);
  const taken = await listen(server, port);
  return {
    url: `http://localhost:${taken}${baseUrl}`,
    port: taken,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Opens a page and waits until the site is kept. */
async function visit(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return page;
}

async function hydrated(page: Page, url: string) {
  await page.goto(url);
  await page.locator('html[data-has-hydrated=true]').waitFor({ state: 'attached' });
}

describe.each(Object.entries(sites))(
  'after one visit to the %s build, without network and server',
  (_name, site) => {
    test('every page is there, experiments and programs run, links restore', async () => {
      const served = await serve(site.folder, site.baseUrl);
      const context = await browser.newContext({ serviceWorkers: 'allow' });
      const page = await visit(context, served.url);
      await served.stop();
      await context.setOffline(true);
      const problems: string[] = [];
      page.on('pageerror', error => problems.push(error.message));

      for (const path of [
        '',
        'glossary/',
        'debates/pinning/',
        'model/conformance/?from=mail',
        'primer/a-fault',
      ]) {
        await hydrated(page, served.url + path);
        expect(await page.locator('h1').count(), path).toBe(1);
        expect(await page.title(), path).not.toContain('not found');
      }
      expect(new URL(page.url()).pathname).toBe(`${site.baseUrl}primer/a-fault/`);
      await hydrated(page, `${served.url}no/such/page`);
      expect(await page.title()).toContain('not found');

      const values = { transactions: 1234 };
      const link = await encodeLink({ kind: 'experiment', id: 'private-memory/boot', values }, '0.1.0');
      // From another page: the same page with another fragment would not be loaded anew.
      await hydrated(page, `${served.url}debates/private-memory/${fragmentOf(link)}`);
      const boot = page.locator('#experiment-private-memory-boot');
      await boot.getByText('These values came with a link').waitFor();
      expect(await boot.locator('input[type=text]').first().inputValue()).toBe('1234');
      await boot.getByRole('button', { name: 'Run', exact: true }).click();
      await boot.getByText('Shown: the run with these values.').waitFor();

      const program = page.locator('.fl-pg').first();
      await program.getByRole('button', { name: 'Run', exact: true }).click();
      await expect.poll(() => program.getByRole('status').textContent()).toMatch(/^Ran|^Done|ms|finished/i);
      expect(await program.getByRole('status').textContent()).not.toMatch(/offline|could not/i);
      await program.getByRole('button', { name: 'Edit' }).click();
      await program.locator('.cm-content').waitFor();

      expect(problems).toEqual([]);
      await context.close();
    });
  },
);

describe('a new build', () => {
  test('takes the place of the old one, whole, without a mix', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'faultlines-offline-'));
    cpSync(sites.root.folder, folder, { recursive: true });
    const served = await serve(folder, '/');
    const context = await browser.newContext({ serviceWorkers: 'allow' });
    const page = await visit(context, served.url);
    // What is kept on use (a file of the new build before that is kept) is no build.
    const buildsNow = () =>
      page.evaluate(
        async prefix => (await caches.keys()).filter(name => name.startsWith(prefix)).sort(),
        PREFIX,
      );
    const old = await buildsNow();
    expect(old).toHaveLength(1);

    // The same site with another front page and one script under another name.
    const front = join(folder, 'index.html');
    const scripts = readdirSync(join(folder, 'assets/js')).filter(name => /^main\..*\.js$/.test(name));
    expect(scripts).toHaveLength(1);
    const [script] = scripts;
    const renamed = script.replace(/^main\./, 'main.new');
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.html'),
    )) {
      const file = join(folder, path);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(script, renamed));
    }
    writeFileSync(front, readFileSync(front, 'utf8').replace('<title>', '<title>New: '));
    writeFileSync(join(folder, 'assets/js', renamed), readFileSync(join(folder, 'assets/js', script)));
    rmSync(join(folder, 'assets/js', script));
    const manifest = await manifestOf(folder);
    writeFileSync(join(folder, 'sw.js'), await workerOf(manifest));

    // With a network the new page is there at once, with the new script.
    await hydrated(page, served.url);
    expect(await page.title()).toMatch(/^New: |Faultlines/);
    expect(await page.locator(`script[src$="${renamed}"]`).count()).toBe(1);
    // And once the new build is kept, without one.
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
    });
    await expect.poll(buildsNow).toEqual([...old, PREFIX + manifest.version].sort());
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const { active, installing, waiting } = await navigator.serviceWorker.ready;
          return active?.state === 'activated' && !installing && !waiting;
        }),
      )
      .toBe(true);
    await served.stop();
    await context.setOffline(true);
    for (const path of ['', 'glossary/']) {
      await hydrated(page, served.url + path);
      expect(await page.locator(`script[src$="${renamed}"]`).count(), path).toBe(1);
    }
    await context.close();
    rmSync(folder, { recursive: true });
  });
});
