import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './run.mjs';

/** Where Debian's packages are unpacked: nothing is installed, and no service is started. */
const unpacked = join(root, '.cache/nginx');

/** The program, and the table of types that goes with it. */
const packages = ['nginx', 'nginx-common'];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds an nginx: the one the environment variable NGINX names, then PATH, where Debian has it, and what was unpacked
 * before.
 *
 * @returns {string | undefined} its path
 * @throws {Error} when NGINX names something that is no program
 */
export function findNginx() {
  const named = process.env.NGINX;
  if (named) {
    if (!isProgram(named))
      throw new Error(`NGINX is "${named}", which is no program; name an nginx or unset it`);
    return named;
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', join(unpacked, 'usr/sbin')];
  return folders.map(folder => join(folder, 'nginx')).find(isProgram);
}

/** One program's run: true when it ended well. Its output is kept back. */
function succeeds(/** @type {string} */ program, /** @type {readonly string[]} */ args, cwd = root) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { cwd, env, stdio: 'ignore', timeout: 180_000 }).status === 0;
}

/** Fetches Debian's packages into the folder; the lists are asked for anew only where they do not do. */
function download() {
  const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1'];
  const fetched = () => succeeds('apt-get', [...patience, 'download', ...packages], unpacked);
  if (fetched()) return true;
  if (process.getuid?.() !== 0) return false;
  return succeeds('apt-get', [...patience, 'update', '-q']) && fetched();
}

/**
 * Finds an nginx or, on Debian and its like, unpacks one below `.cache`. A machine without one, or without a way to the
 * packages, is no fault: the tests that need it are skipped there.
 *
 * @returns {string | undefined} its path; undefined where there is none
 * @throws {Error} when NGINX names something that is no program
 */
export function ensureNginx() {
  const found = findNginx();
  if (found || !existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return found;
  console.log(`Unpacking nginx for the container's tests: apt-get download ${packages.join(' ')}`);
  mkdirSync(unpacked, { recursive: true });
  const isThere =
    download() &&
    readdirSync(unpacked)
      .filter(name => name.endsWith('.deb'))
      .every(name => succeeds('dpkg', ['-x', name, '.'], unpacked));
  const nginx = findNginx();
  if (isThere && nginx && succeeds(nginx, ['-v'])) return nginx;
  // What is there in part, or lacks a library, would be taken for an nginx the next time.
  rmSync(unpacked, { recursive: true, force: true });
  return undefined;
}
