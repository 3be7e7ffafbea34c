import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/**
 * Compares what is installed with what the lockfile asks for.
 *
 * npm notes what it installed in node_modules/.package-lock.json, in the lockfile's own form. A package that is
 * optional may be missing there: it is for another platform.
 *
 * @param {string} folder the project
 * @returns {string | undefined} why they differ, or undefined when they agree
 */
export function installComplaint(folder) {
  const noteFile = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(noteFile)) return 'nothing is installed yet';
  /** @typedef {Record<string, { version?: string, optional?: boolean, link?: boolean }>} Packages */
  /** @type {Packages} */
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  /** @type {Packages} */
  const installed = JSON.parse(readFileSync(noteFile, 'utf8')).packages;
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const have = installed[path];
    if (!have) {
      if (optional) continue;
      return `${path} is missing`;
    }
    if (have.version !== version) return `${path} is ${have.version}, the lockfile asks for ${version}`;
    if (!existsSync(join(folder, path, 'package.json'))) return `${path} is missing`;
  }
  return undefined;
}

/**
 * Installs what the lockfile asks for, unless it is there already.
 *
 * @throws {Error} when npm fails
 */
export async function ensureInstalled() {
  const complaint = installComplaint(root);
  if (complaint === undefined) return;
  console.log(`Installing the dependencies (${complaint}): npm ci`);
  const code = await run('npm', ['ci', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; see its output above`);
}
