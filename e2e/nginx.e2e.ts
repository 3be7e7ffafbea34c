/** The container's configuration, asked by HTTP: with the nginx that NGINX names, or any that is found; skipped where none is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNginx } from '../scripts/lib/nginx.mjs';
import { promisesOf } from '../scripts/lib/served.mjs';
import { type Nginx, startNginx } from './support/nginx.ts';
import { sites } from './support/site.ts';

const found = findNginx();
if (!found) console.log('No nginx on this machine: deploy/nginx.conf.template is not tried.');

describe.skipIf(!found).each(Object.entries(sites))('nginx with the %s build', (_, site) => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(found ?? '', site);
  });
  afterAll(() => nginx?.close());

  // Its port is known once it runs; the promises are the same for every address.
  const names = promisesOf(site.url).map(({ name }) => name);
  test.each(names)('%s', async name => {
    const promise = promisesOf(nginx.origin + site.baseUrl).find(promise => promise.name === name);
    await expect(promise?.check()).resolves.toBeUndefined();
  });
});
