import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Request } from 'playwright-core';
import { describe, expect } from 'vitest';
import { pagesOf, sites, test } from './support/site.ts';

/** Most that a page may load of JavaScript before anybody touches it: kB (1000 bytes) after gzip -9. */
const BUDGET = 190;

describe.each(pagesOf(sites.root).filter(path => path.startsWith('debates/') || path === ''))('/%s', path => {
  test(`loads at most ${BUDGET} kB of JavaScript before the first interaction`, async ({ open }) => {
    const requests: Request[] = [];
    await open(path, { requests });
    const scripts = requests.filter(request => new URL(request.url()).pathname.endsWith('.js'));
    const own = new Set<string>();
    const ahead = new Set<string>();
    for (const script of scripts) {
      const { 'sec-purpose': purpose } = await script.allHeaders();
      (purpose?.startsWith('prefetch') ? ahead : own).add(script.url());
    }
    for (const url of own) ahead.delete(url);
    const size = (url: string) => {
      const file = join(sites.root.folder, new URL(url).pathname.slice(sites.root.baseUrl.length));
      return gzipSync(readFileSync(file), { level: 9 }).length / 1000;
    };
    const total = (urls: Iterable<string>) => [...urls].reduce((sum, url) => sum + size(url), 0);
    console.log(
      `/${path}: ${total(own).toFixed(1)} kB in ${own.size} files, and ${total(ahead).toFixed(1)} kB fetched ahead for other pages`,
    );
    expect(own.size).toBeGreaterThan(1);
    expect(total(own)).toBeLessThanOrEqual(BUDGET);
  });
});
