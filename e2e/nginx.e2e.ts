/** The container's configuration, asked by HTTP: `NGINX=path npm test`, or any nginx that is installed; skipped where none is. */
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNginx, type Nginx, startNginx } from './support/nginx.ts';
import { sites } from './support/site.ts';

const found = findNginx();
if (!found) console.log('No nginx on this machine: deploy/nginx.conf.template is not tried.');

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly size: number;
}

/** One request; redirects are not followed and nothing is unpacked. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, response => {
      let size = 0;
      response.on('data', chunk => {
        size += chunk.length;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, size }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe.skipIf(!found).each(Object.entries(sites))('nginx with the %s build', (_, site) => {
  let nginx: Nginx;
  let base: string;
  beforeAll(async () => {
    nginx = await startNginx(found ?? '', site);
    base = nginx.origin + site.baseUrl;
  });
  afterAll(() => nginx?.close());

  const asset = (suffix: string) => {
    const name = readdirSync(join(site.folder, 'assets'), { recursive: true, encoding: 'utf8' }).find(path =>
      path.endsWith(suffix),
    );
    return `assets/${name}`;
  };

  test('pages: asked for again each time, framed by nobody else, typed, and no word of its version', async () => {
    for (const path of ['', 'debates/private-memory/', 'lab/', 'glossary/']) {
      const { status, headers } = await ask(base + path);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': "frame-ancestors 'self'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        server: 'nginx',
      });
    }
  });

  test('what carries a hash in its name is kept for good, the worker that keeps the site is not', async () => {
    for (const [path, type] of [
      [asset('.js'), /^(text|application)\/javascript/],
      [asset('.css'), /^text\/css/],
    ] as const) {
      const { status, headers } = await ask(base + path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['content-type']).toMatch(type);
    }
    for (const path of ['sw.js', 'search-index.json', 'licences.txt', 'llms.txt']) {
      const { status, headers } = await ask(base + path);
      expect([path, status, headers['cache-control']]).toEqual([path, 200, 'no-cache']);
    }
    expect((await ask(`${base}licences.txt`)).headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('one folder is for other people’s frames', async () => {
    const { status, headers } = await ask(`${base}embed/`);
    expect([status, headers['content-security-policy']]).toEqual([200, 'frame-ancestors *']);
  });

  test('what is not there: the site’s own page with status 404, which nobody keeps', async () => {
    for (const path of ['no/such/page', 'assets/js/gone.0123abcd.js', 'assets/', 'embed/no/such']) {
      const { status, headers } = await ask(base + path);
      expect([path, status]).toEqual([path, 404]);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': "frame-ancestors 'self'",
      });
    }
  });

  test('a folder without its slash leads to the one with it, wherever the site is served from', async () => {
    const { status, headers } = await ask(`${base}glossary?a=b`);
    expect([status, headers.location]).toEqual([301, `${site.baseUrl}glossary/?a=b`]);
    const { status: host, headers: there } = await ask(`${nginx.origin}/`);
    expect([host, there.location]).toEqual(site.baseUrl === '/' ? [200, undefined] : [302, site.baseUrl]);
  });

  test('text is sent packed to who takes it, and asked for again only if it has changed', async () => {
    for (const path of [
      '',
      asset('.js'),
      asset('.css'),
      'search-index.json',
      'sitemap.xml',
      'img/logo.svg',
    ]) {
      const plain = await ask(base + path);
      const packed = await ask(base + path, { 'accept-encoding': 'gzip' });
      expect([path, packed.headers['content-encoding']]).toEqual([path, 'gzip']);
      expect(packed.headers.vary).toMatch(/accept-encoding/i);
      expect(packed.size).toBeLessThan(plain.size);
      const again = await ask(base + path, { 'if-none-match': String(plain.headers.etag) });
      expect([path, again.status]).toEqual([path, 304]);
    }
  });

  test('nothing is taken, and nothing outside the folder is given', async () => {
    expect((await ask(base, {}, 'POST')).status).toBe(405);
    for (const path of ['../package.json', '..%2fpackage.json', '%2e%2e/package.json'])
      expect([400, 404]).toContain((await ask(`${base}${path}`)).status);
  });
});
