import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { root } from '../../scripts/lib/run.mjs';
import { listen, staticServer } from '../../scripts/lib/static-server.mjs';

/** The two builds under test: where they lie and the path they were built for. */
const builds = {
  root: { folder: 'build', baseUrl: '/' },
  sub: { folder: '.cache/build-x', baseUrl: '/x/' },
} as const;

export interface Served {
  /** Address of the site's front page, with a slash at its end. */
  readonly url: string;
  /** Absolute path of the build. */
  readonly folder: string;
  readonly baseUrl: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    sites: Readonly<Record<keyof typeof builds, Served>>;
    /** Where a running Chromium takes connections. */
    browser: string;
  }
}

const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Keeps Chromium to the pages under test: no look-ups of its own, and no host but this one resolves. */
const args = [
  ...asRoot,
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** Serves both builds and starts one browser for all test files. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const closers: (() => Promise<unknown>)[] = [];
  const sites = {} as Record<keyof typeof builds, Served>;
  for (const [name, { folder, baseUrl }] of Object.entries(builds)) {
    const full = join(root, folder);
    if (!existsSync(join(full, 'index.html'))) {
      throw new Error(
        `${folder} holds no build; npm test makes it: BASE_URL=${baseUrl} npm run build -- --out-dir ${folder}`,
      );
    }
    const server = staticServer(full, baseUrl);
    const port = await listen(server, 0);
    sites[name as keyof typeof builds] = { url: `http://localhost:${port}${baseUrl}`, folder: full, baseUrl };
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
    });
  }
  const browser = await chromium.launchServer({ executablePath: await ensureChromium(), args });
  closers.push(() => browser.close());
  project.provide('sites', sites);
  project.provide('browser', browser.wsEndpoint());
  return async () => {
    for (const close of closers) await close();
  };
}
