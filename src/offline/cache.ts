/**
 * Keeps a build's files, whole or not at all. Knows of the browser's caches what it is given, so that tests can stand
 * in for them.
 */
import { isHashed, type Manifest } from './manifest.ts';

/** Caches of one build are named so, with its version. */
export const PREFIX = 'faultlines-build-';
/** Files too large for everybody, kept once somebody has used them. */
export const USED = 'faultlines-used';

/** A build's manifest lies among its own files, under an address that no page asks for. */
const OWN = 'sw.js?manifest';

/** Files fetched at a time: a reader's own requests go first. */
const AT_A_TIME = 4;

/** What this needs of its surroundings. */
export interface Surroundings {
  readonly caches: CacheStorage;
  readonly fetch: (address: string, options: RequestInit) => Promise<Response>;
  readonly digest: (content: ArrayBuffer) => Promise<string>;
  /** The site's base, as an address with a slash at its end. */
  readonly base: string;
}

async function manifestIn(cache: Cache, base: string): Promise<Manifest | undefined> {
  const kept = await cache.match(new URL(OWN, base).href);
  return kept ? ((await kept.json()) as Manifest) : undefined;
}

/** Caches of whole builds, oldest first. */
export async function builds({
  caches,
  base,
}: Surroundings): Promise<{ name: string; manifest: Manifest }[]> {
  const found: { name: string; manifest: Manifest }[] = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const manifest = await manifestIn(await caches.open(name), base);
    if (manifest) found.push({ name, manifest });
  }
  return found;
}

/** A file that an earlier build kept, where it is the same. */
async function inherited(
  around: Surroundings,
  earlier: Awaited<ReturnType<typeof builds>>,
  path: string,
  hash: string,
): Promise<Response | undefined> {
  for (const { name, manifest } of earlier) {
    if (manifest.files[path] !== hash) continue;
    const kept = await (await around.caches.open(name)).match(new URL(path, around.base).href);
    if (kept) return kept;
  }
  return undefined;
}

/** @throws {Error} where the server gives something else than this build's file. */
async function fetched({ fetch, digest, base }: Surroundings, path: string, hash: string): Promise<Response> {
  // A folder's page is asked for by the folder's address: a server may redirect from the other.
  const address = new URL(path.replace(/(^|\/)index\.html$/, '$1'), base).href;
  const response = await fetch(address, { cache: isHashed(path) ? 'default' : 'no-cache' });
  const content = await response.clone().arrayBuffer();
  if ((await digest(content)) !== hash) throw new Error(`${address} is of another build`);
  // The page for addresses that are nowhere may come with status 404 and is none the worse for it.
  return response.ok ? response : new Response(content, { headers: response.headers });
}

/**
 * Keeps every file of a build. Nothing of it is used before all of it is there.
 *
 * @throws {Error} where a file cannot be had, or is of another build; what was kept before stays as it was
 */
export async function keep(around: Surroundings, manifest: Manifest): Promise<void> {
  const { caches, base } = around;
  const earlier = await builds(around);
  const cache = await caches.open(PREFIX + manifest.version);
  const left = Object.entries(manifest.files);
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [path, hash] = next;
      const address = new URL(path, base).href;
      // An attempt that was broken off has left its files.
      if (await cache.match(address)) continue;
      const response = (await inherited(around, earlier, path, hash)) ?? (await fetched(around, path, hash));
      await cache.put(address, response);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  await cache.put(new URL(OWN, base).href, new Response(JSON.stringify(manifest)));
}

/** Lets go of builds that no open page can come from: all but this one and the one before it. */
export async function clear(around: Surroundings, version: string): Promise<void> {
  const whole = (await builds(around)).map(({ name }) => name);
  const before = whole.filter(name => name !== PREFIX + version).at(-1);
  for (const name of await around.caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + version && name !== before)
      await around.caches.delete(name);
  }
}

/** A file as some build kept it; this build's own first, and those of others only where their names carry their hashes. */
export async function find(
  around: Surroundings,
  version: string,
  path: string,
): Promise<Response | undefined> {
  const address = new URL(path, around.base).href;
  const own = await (await around.caches.open(PREFIX + version)).match(address);
  if (own || !isHashed(path)) return own;
  for (const { name } of await builds(around)) {
    const kept = await (await around.caches.open(name)).match(address);
    if (kept) return kept;
  }
  return (await around.caches.open(USED)).match(address);
}
