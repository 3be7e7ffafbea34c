import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { builds, clear, find, keep, PREFIX, type Surroundings, USED } from './cache.ts';
import type { Manifest } from './manifest.ts';

const BASE = 'https://example.org/x/';

/** Caches that live in memory. */
function memory(): CacheStorage {
  const all = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const entries = all.get(name) ?? new Map<string, Response>();
    all.set(name, entries);
    return {
      match: async (address: string) => entries.get(address)?.clone(),
      put: async (address: string, response: Response) => void entries.set(address, response),
    } as unknown as Cache;
  };
  return {
    open,
    keys: async () => [...all.keys()],
    delete: async (name: string) => all.delete(name),
  } as unknown as CacheStorage;
}

const hash = (text: string | ArrayBuffer) =>
  createHash('sha256')
    .update(typeof text === 'string' ? text : Buffer.from(text))
    .digest('hex');

/** A site that serves some files, and what was asked of it. */
function site(files: Record<string, string>) {
  const asked: string[] = [];
  const around: Surroundings = {
    caches: memory(),
    base: BASE,
    digest: async content => hash(content),
    fetch: async address => {
      const path = address.slice(BASE.length);
      asked.push(path);
      const text = files[path === '' || path.endsWith('/') ? `${path}index.html` : path];
      return new Response(text ?? 'nothing', {
        status: text === undefined || path === '404.html' ? 404 : 200,
      });
    },
  };
  const manifest = (version: string): Manifest => ({
    version,
    files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, hash(text)])),
  });
  return { files, asked, around, manifest };
}

const FILES = {
  'index.html': 'front',
  'a/index.html': 'page a',
  '404.html': 'nowhere',
  'assets/js/main.1.js': 'main',
};
const textOf = async (found: Promise<Response | undefined>) => (await found)?.text();

describe('a build', () => {
  test('is kept whole, pages by the addresses that servers know', async () => {
    const { around, asked, manifest } = site({ ...FILES });
    await keep(around, manifest('1'));
    expect([...asked].sort()).toEqual(['', '404.html', 'a/', 'assets/js/main.1.js']);
    expect(await textOf(find(around, '1', 'a/index.html'))).toBe('page a');
    expect((await find(around, '1', '404.html'))?.status).toBe(200);
    expect(await find(around, '1', 'b/index.html')).toBeUndefined();
  });

  test('that is not the one announced is not used', async () => {
    const { around, files, manifest } = site({ ...FILES });
    const announced = manifest('1');
    files['a/index.html'] = 'page a of the next build';
    await expect(keep(around, announced)).rejects.toThrow('a/ is of another build');
    expect(await builds(around)).toEqual([]);
  });

  test('takes over from the one before, asking only for what changed', async () => {
    const { around, files, asked, manifest } = site({ ...FILES });
    await keep(around, manifest('1'));
    delete (files as Record<string, string>)['assets/js/main.1.js'];
    Object.assign(files, { 'a/index.html': 'page a, changed', 'assets/js/main.2.js': 'main, changed' });
    asked.length = 0;
    await keep(around, manifest('2'));
    expect(asked.sort()).toEqual(['a/', 'assets/js/main.2.js']);
    await clear(around, '2');
    expect(await textOf(find(around, '2', 'a/index.html'))).toBe('page a, changed');
    expect(await textOf(find(around, '2', 'index.html'))).toBe('front');
    // A page of the build before may still be open, and asks for its own scripts by name.
    expect(await textOf(find(around, '2', 'assets/js/main.1.js'))).toBe('main');
    Object.assign(files, { 'a/index.html': 'page a, changed twice' });
    await keep(around, manifest('3'));
    await clear(around, '3');
    expect(await around.caches.keys()).toEqual([`${PREFIX}2`, `${PREFIX}3`]);
    expect(await find(around, '3', 'assets/js/main.1.js')).toBeUndefined();
  });

  test('what is too large for everybody is found once it was used', async () => {
    const { around, manifest } = site({ ...FILES });
    await keep(around, manifest('1'));
    const used = await around.caches.open(USED);
    await used.put(`${BASE}assets/js/large.9.js`, new Response('large'));
    expect(await textOf(find(around, '1', 'assets/js/large.9.js'))).toBe('large');
  });
});
