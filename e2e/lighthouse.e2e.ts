import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driven, steady, visit } from '../scripts/lib/lighthouse.mjs';
import { sites } from './support/site.ts';

/** The pages that Lighthouse looks at; scripts/audit.mjs adds how fast they are. */
const paths = ['', 'debates/private-memory/', 'debates/userfault/'];

describe.each(['phone', 'desktop'] as const)('on the %s profile', profile => {
  let browser: Awaited<ReturnType<typeof driven>>;
  beforeAll(async () => {
    browser = await driven();
  });
  afterAll(() => browser.close());

  test.each(paths)('Lighthouse gives /%s full marks in all that does not depend on time', async path => {
    const { scores, failed } = await visit(sites.root.url + path, browser.port, profile, steady);
    expect(failed).toEqual([]);
    expect(scores).toEqual({ accessibility: 100, 'best-practices': 100, seo: 100 });
  });
});
