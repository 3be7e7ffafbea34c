import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose code the site sends to browsers. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** As its package file says: an SPDX expression. */
  readonly licence: string;
  /** What its licence file says; empty where it has none. */
  readonly text: string;
}

/**
 * The folders of the packages that some modules of a bundle come from.
 *
 * @param resources paths of modules, as a bundler names them
 */
export function packageFolders(resources: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const resource of resources) {
    // The innermost package is the one that a module belongs to.
    const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(resource) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

/**
 * What a package says about itself.
 *
 * @throws Error where it names no licence: nobody may send it on then
 */
export function shippedFrom(folder: string): Shipped {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string' || license === '') {
    throw new Error(`${name} ${version} ships with the site and its package.json names no licence`);
  }
  const file = readdirSync(folder).find(entry => /^licen[cs]e(?:[.-]|$)/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return { name, version, licence: license, text };
}

/** The list as a text file: names first, then each licence in full. */
export function listOf(packages: readonly Shipped[]): string {
  const sorted = [...packages].sort((one, other) => (one.name < other.name ? -1 : 1));
  const names = sorted.map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
  const texts = sorted.map(
    ({ name, version, licence, text }) => `== ${name} ${version} ==\n\n${text || licence}`,
  );
  return `Packages whose code this site sends to browsers, as the bundler counted them.\n\n${names.join('\n')}\n\n${texts.join('\n\n')}\n`;
}

/** Whether a folder holds a package; a bundler's own helpers are none. */
export function isPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}
