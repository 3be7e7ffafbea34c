/**
 * The site's service worker: after one visit every page can be read, and run, without a network.
 *
 * With a network, pages come from the server, and so do files whose names do not carry their hash: nobody reads an old
 * build by accident. Without one, pages come from the newest build that was kept whole, with that build's own files.
 */
import { clear, find, keep, type Surroundings, USED } from './cache.ts';
import { fileFor, isHashed, type Manifest } from './manifest.ts';

/** What TypeScript's library for pages does not say of service workers. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorker {
  readonly registration: { readonly scope: string; readonly navigationPreload?: { enable(): Promise<void> } };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void;
}

/** Put there by the build. */
declare const MANIFEST: Manifest;

const worker = self as unknown as ServiceWorker;

/** How long a server may take to begin with a page that is kept, in ms. */
const PATIENCE = 5_000;

const around: Surroundings = {
  caches,
  fetch: (address, options) => fetch(address, options),
  async digest(content) {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
    return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('');
  },
  base: worker.registration.scope,
};

const has = (file: string) => Object.hasOwn(MANIFEST.files, file);

/** What is kept for an address. */
async function kept(url: URL): Promise<Response | undefined> {
  const answer = fileFor(decodeURI(url.pathname).slice(new URL(around.base).pathname.length), has);
  if ('redirect' in answer) return Response.redirect(new URL(answer.redirect, around.base).href + url.search);
  const found = await find(around, MANIFEST.version, answer.file);
  if (!found || answer.file !== '404.html') return found;
  return new Response(found.body, { status: 404, statusText: 'Not Found', headers: found.headers });
}

/** A page: from the server, or where that does not answer, as it was kept. */
async function page(event: Asked): Promise<Response> {
  const url = new URL(event.request.url);
  const served = (async () => (await event.preloadResponse) ?? fetch(event.request))();
  const late = new Promise<undefined>(resolve => setTimeout(resolve, PATIENCE));
  try {
    const response = await Promise.race([served, late]);
    if (response) return response;
  } catch {
    // There is no network, or no server.
  }
  return (await kept(url)) ?? served;
}

/** A file whose name carries its hash: kept is as good as served; one that is used for the first time is kept from then on. */
async function hashed(event: Asked, path: string): Promise<Response> {
  const found = await find(around, MANIFEST.version, path);
  if (found) return found;
  const response = await fetch(event.request);
  if (response.ok) {
    const copy = response.clone();
    event.waitUntil(caches.open(USED).then(used => used.put(event.request.url, copy)));
  }
  return response;
}

/** Any other file: from the server, or as it was kept. */
async function other(event: Asked, path: string): Promise<Response> {
  try {
    return await fetch(event.request);
  } catch (error) {
    const found = await find(around, MANIFEST.version, path);
    if (found) return found;
    throw error;
  }
}

worker.addEventListener('install', event => {
  event.waitUntil(keep(around, MANIFEST).then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', event => {
  event.waitUntil(
    Promise.all([
      clear(around, MANIFEST.version),
      worker.registration.navigationPreload?.enable(),
      worker.clients.claim(),
    ]),
  );
});

worker.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(around.base)) return;
  if (request.mode === 'navigate') {
    event.respondWith(page(event));
    return;
  }
  const path = decodeURI(new URL(request.url).pathname).slice(new URL(around.base).pathname.length);
  event.respondWith(isHashed(path) ? hashed(event, path) : other(event, path));
});
