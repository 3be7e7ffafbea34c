/**
 * What a server of the site promises, asked of it over HTTP: deploy/nginx.conf.template by e2e/nginx.e2e.ts, and any
 * server by `npm run served -- URL`.
 */
import assert from 'node:assert/strict';
import { request } from 'node:http';

/** How long a server may take over one answer, in ms: only ends what hangs. */
const PATIENCE = 60_000;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {number} size bytes of the body as they came
 * @property {string} text the body, where it was not packed
 */

/**
 * One request, of exactly this path; redirects are not followed and nothing is unpacked.
 *
 * @param {string} origin
 * @param {string} path
 * @param {Record<string, string>} [headers]
 * @param {string} [method]
 * @returns {Promise<Answer>}
 */
function send(origin, path, headers = {}, method = 'GET') {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers, method, timeout: PATIENCE }, response => {
      /** @type {Buffer[]} */
      const parts = [];
      response.on('data', part => parts.push(part));
      response.on('end', () => {
        const body = Buffer.concat(parts);
        const text = response.headers['content-encoding'] ? '' : body.toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, size: body.length, text });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`${origin}${path} gave no answer`)));
    asked.on('error', reject).end();
  });
}

/**
 * Asks below the site's base: `''` is its front page.
 *
 * @typedef {(path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>} Ask
 */

/**
 * @param {Answer} answer
 * @param {Record<string, unknown>} expected header by header; a pattern matches, anything else is the same
 */
function expectHeaders({ headers }, expected) {
  for (const [name, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(headers[name]), value, name);
    else assert.equal(headers[name], value, name);
  }
}

/**
 * The front page's first file of a kind whose name carries a hash.
 *
 * @param {Ask} ask
 * @param {string} base path of the site
 * @param {string} kind
 */
async function hashed(ask, base, kind) {
  const { text } = await ask('');
  const [, found] = new RegExp(`="?${base}(assets/[^" >]+\\.${kind})[" >]`).exec(text) ?? [];
  assert.ok(found, `the front page at ${base} names no .${kind} file below assets/`);
  return found;
}

/** @type {Readonly<Record<string, (ask: Ask, base: string, origin: string) => Promise<void>>>} */
const promises = {
  async 'pages: asked for again each time, framed by nobody else, typed, and no word of its version'(ask) {
    for (const path of ['', 'debates/private-memory/', 'lab/', 'glossary/']) {
      const answer = await ask(path);
      assert.equal(answer.status, 200, path);
      expectHeaders(answer, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': "frame-ancestors 'self'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'permissions-policy': /camera=\(\)/,
        server: 'nginx',
      });
    }
  },

  async 'what carries a hash in its name is kept for good, the worker that keeps the site is not'(ask, base) {
    for (const [kind, type] of /** @type {const} */ ([
      ['js', /^(text|application)\/javascript/],
      ['css', /^text\/css/],
    ])) {
      const answer = await ask(await hashed(ask, base, kind));
      assert.equal(answer.status, 200, kind);
      expectHeaders(answer, {
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': type,
        'x-content-type-options': 'nosniff',
      });
    }
    for (const path of ['sw.js', 'search-index.json', 'licences.txt', 'llms.txt']) {
      const answer = await ask(path);
      assert.equal(answer.status, 200, path);
      expectHeaders(answer, { 'cache-control': 'no-cache' });
    }
    expectHeaders(await ask('licences.txt'), { 'content-type': 'text/plain; charset=utf-8' });
  },

  async 'one folder is for other people’s frames'(ask) {
    const answer = await ask('embed/');
    assert.equal(answer.status, 200);
    expectHeaders(answer, { 'content-security-policy': 'frame-ancestors *' });
  },

  async 'what is not there: the site’s own page with status 404, which nobody keeps'(ask) {
    const { text } = await ask('404.html');
    for (const path of ['no/such/page', 'assets/js/gone.0123abcd.js', 'assets/', 'embed/no/such']) {
      const answer = await ask(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.text, text, path);
      expectHeaders(answer, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': "frame-ancestors 'self'",
        'x-content-type-options': 'nosniff',
      });
    }
  },

  async 'nothing but the site is there'(_ask, base, origin) {
    // What an image of nginx brings along.
    for (const name of ['50x.html', ...(base === '/' ? [] : ['index.html'])])
      assert.equal((await send(origin, `/${name}`)).status, 404, name);
  },

  async 'a folder without its slash leads to the one with it, wherever the site is served from'(
    ask,
    base,
    origin,
  ) {
    const there = await ask('glossary?a=b');
    assert.deepEqual([there.status, there.headers.location], [301, `${base}glossary/?a=b`]);
    const host = await send(origin, '/');
    assert.deepEqual([host.status, host.headers.location], base === '/' ? [200, undefined] : [302, base]);
  },

  async 'text is sent packed to who takes it, and asked for again only if it has changed'(ask, base) {
    const files = [await hashed(ask, base, 'js'), await hashed(ask, base, 'css')];
    for (const path of ['', ...files, 'search-index.json', 'sitemap.xml', 'img/logo.svg']) {
      const plain = await ask(path);
      const packed = await ask(path, { 'accept-encoding': 'gzip' });
      expectHeaders(packed, { 'content-encoding': 'gzip', vary: /accept-encoding/i });
      assert.ok(packed.size < plain.size, `${path}: ${packed.size} bytes packed, ${plain.size} plain`);
      const again = await ask(path, { 'if-none-match': String(plain.headers.etag) });
      assert.equal(again.status, 304, path);
    }
  },

  async 'nothing is taken, and nothing outside the folder is given'(ask) {
    assert.equal((await ask('', {}, 'POST')).status, 405);
    for (const path of [
      '../../etc/passwd',
      '..%2f..%2fetc/passwd',
      '%2e%2e/%2e%2e/etc/passwd',
      '../package.json',
    ]) {
      const { status } = await ask(path);
      assert.ok([400, 404].includes(status), `${path}: ${status}`);
    }
  },
};

/**
 * The promises, each ready to be asked of a server.
 *
 * @param {string} url address of the site's front page, with a slash at its end
 * @returns {{ name: string, check: () => Promise<void> }[]} `check` throws where the promise is not kept
 */
export function promisesOf(url) {
  const { origin, pathname: base } = new URL(url);
  /** @type {Ask} */
  const ask = (path, headers, method) => send(origin, base + path, headers, method);
  return Object.entries(promises).map(([name, check]) => ({ name, check: () => check(ask, base, origin) }));
}
