import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.xml': 'application/xml',
};

const compressible = /^text\/|json|xml|javascript/;

/** @param {string} path */
async function statOrUndefined(path) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

/**
 * Serves a built site the way a static host does: index.html of a folder, a redirect to the folder's slash, the site's
 * own 404 page with status 404, everything under the base path and nothing outside the folder.
 *
 * @param {string} folder what the build wrote
 * @param {string} baseUrl path the site was built for, with a slash at both ends
 * @returns {import('node:http').Server} not listening yet
 */
export function staticServer(folder, baseUrl) {
  /** @type {Map<string, Buffer>} */
  const zipped = new Map();

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {string} file
   * @param {number} status
   */
  async function send(request, response, file, status) {
    const type = types[extname(file)] ?? 'application/octet-stream';
    const hashed = file.includes(`${sep}assets${sep}`);
    const embedded = file.startsWith(join(folder, 'embed') + sep);
    /** @type {Record<string, string | number>} */
    const headers = {
      'Content-Type': type,
      'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      // One page is meant for other people's frames; all others are not.
      'Content-Security-Policy': `frame-ancestors ${embedded ? '*' : "'self'"}`,
    };
    const { size, mtimeMs } = await stat(file);
    if (compressible.test(type) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      const key = `${file} ${mtimeMs}`;
      const body = zipped.get(key) ?? gzipSync(await readFile(file));
      zipped.set(key, body);
      response.writeHead(status, {
        ...headers,
        'Content-Encoding': 'gzip',
        'Content-Length': body.length,
        Vary: 'Accept-Encoding',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    response.writeHead(status, { ...headers, 'Content-Length': size });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async function answer(request, response) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    // Not `new URL`: it folds `..` away, and a path that begins with two slashes would be a host.
    const [rawPath, query] = (request.url ?? '/').split('?', 2);
    let path;
    try {
      path = decodeURIComponent(rawPath);
    } catch {
      response.writeHead(400).end();
      return;
    }
    if (path.includes('\0') || path.split(/[/\\]/).includes('..')) {
      response.writeHead(400).end();
      return;
    }
    if (`${path}/` === baseUrl || (path === '/' && baseUrl !== '/')) {
      response.writeHead(302, { Location: baseUrl }).end();
      return;
    }
    if (path.startsWith(baseUrl)) {
      const file = join(folder, path.slice(baseUrl.length));
      const found = await statOrUndefined(file);
      if (found?.isFile()) return send(request, response, file, 200);
      const index = join(file, 'index.html');
      if (found?.isDirectory() && (await statOrUndefined(index))?.isFile()) {
        if (path.endsWith('/')) return send(request, response, index, 200);
        const location = `${rawPath.replace(/^\/+/, '/')}/${query === undefined ? '' : `?${query}`}`;
        response.writeHead(301, { Location: location }).end();
        return;
      }
    }
    return send(request, response, join(folder, '404.html'), 404);
  }

  return createServer((request, response) => {
    answer(request, response).catch(error => {
      console.error(`${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

/**
 * Starts listening on localhost; takes the next free port where the wanted one is busy.
 *
 * @param {import('node:http').Server} server
 * @param {number} port wanted; 0 for any
 * @param {number} [tries] how many ports in a row to try before any free one is taken
 * @returns {Promise<number>} the port it listens on
 */
export async function listen(server, port, tries = 20) {
  for (let candidate = port; ; candidate++) {
    const wanted = candidate >= port + tries || candidate > 65_535 ? 0 : candidate;
    try {
      return await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(wanted, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : wanted);
        });
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (wanted === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    }
  }
}
