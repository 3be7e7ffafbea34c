import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, staticServer } from './static-server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'served-'));
const servers: Server[] = [];
const ports: Record<string, number> = {};

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Asks without any tidying of the path, which fetch would do. */
function get(
  port: number,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

beforeAll(async () => {
  mkdirSync(join(folder, 'site/page'), { recursive: true });
  mkdirSync(join(folder, 'site/assets'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'site/index.html'), 'front');
  writeFileSync(join(folder, 'site/page/index.html'), 'page');
  writeFileSync(join(folder, 'site/assets/a.js'), 'const a = 1;');
  writeFileSync(join(folder, 'site/404.html'), 'nowhere');
  for (const baseUrl of ['/', '/x/']) {
    const server = staticServer(join(folder, 'site'), baseUrl);
    ports[baseUrl] = await listen(server, 0);
    servers.push(server);
  }
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the static server', () => {
  test.each([
    ['/', '/', 200, 'front'],
    ['/', '/page/', 200, 'page'],
    ['/', '/page/?a=b', 200, 'page'],
    ['/', '/assets/a.js', 200, 'const a = 1;'],
    ['/', '/nowhere', 404, 'nowhere'],
    ['/', '/assets/', 404, 'nowhere'],
    ['/x/', '/x/', 200, 'front'],
    ['/x/', '/x/page/', 200, 'page'],
    ['/x/', '/page/', 404, 'nowhere'],
    ['/', '/../secret.txt', 400, ''],
    ['/', '/..%2fsecret.txt', 400, ''],
    ['/', '/%2e%2e/secret.txt', 400, ''],
    ['/', '/..%5csecret.txt', 400, ''],
    ['/', '/%', 400, ''],
    ['/', '/%00', 400, ''],
  ])('built for %s, %s gives %i', async (baseUrl, path, status, body) => {
    const answer = await get(ports[baseUrl], path);
    expect([answer.status, answer.body.toString()]).toEqual([status, body]);
  });

  test.each([
    ['/', '/page', 301, '/page/'],
    ['/', '/page?a=b', 301, '/page/?a=b'],
    ['/', '//page', 301, '/page/'],
    ['/x/', '/', 302, '/x/'],
    ['/x/', '/x', 302, '/x/'],
  ])('built for %s, %s leads with %i to %s', async (baseUrl, path, status, location) => {
    const answer = await get(ports[baseUrl], path);
    expect([answer.status, answer.headers.location]).toEqual([status, location]);
  });

  test('compresses text for those who take it, and keeps hashed files for ever', async () => {
    const answer = await get(ports['/'], '/assets/a.js', 'GET', { 'accept-encoding': 'gzip, br' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.headers['cache-control']).toContain('immutable');
    expect(gunzipSync(answer.body).toString()).toBe('const a = 1;');
    expect((await get(ports['/'], '/')).headers['cache-control']).toBe('no-cache');
  });

  test('answers HEAD without a body and nothing that writes', async () => {
    const head = await get(ports['/'], '/', 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, '5']);
    expect((await get(ports['/'], '/', 'POST')).status).toBe(405);
  });

  test('takes another port when the wanted one is busy', async () => {
    const second = staticServer(folder, '/');
    servers.push(second);
    const port = await listen(second, ports['/']);
    expect(port).not.toBe(ports['/']);
    expect((await get(port, '/secret.txt')).body.toString()).toBe('secret');
  });
});
