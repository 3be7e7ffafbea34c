import { readdirSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the pages; programs lie beside the pages that show them. */
export const docs = fileURLToPath(new URL('../../docs', import.meta.url));

const ENDING = '.playground.ts';

/** All programs of the site as paths below {@link docs}, sorted. */
export function programFiles(): string[] {
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .map(path => path.split(sep).join('/'))
    .filter(path => path.endsWith(ENDING))
    .sort();
}

/** `debates/private-memory/first` of `debates/private-memory/first.playground.ts`. */
export function idOf(path: string): string {
  return path.slice(0, -ENDING.length);
}

/**
 * The id of a program that a page names.
 *
 * @param page absolute path of the page's file.
 * @param file as the page writes it: `first`.
 */
export function idBeside(page: string, file: string): string {
  return [...relative(docs, dirname(page)).split(sep), file].filter(part => part !== '').join('/');
}

/** Where the bundler finds a program's data. */
export function dataFile(id: string): string {
  return `${id.replaceAll('/', '--')}.json`;
}
