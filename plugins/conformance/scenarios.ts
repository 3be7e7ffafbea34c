/** Finds, in the tests of the model, the scenarios of the kernel's selftests: titles that begin with an id such as G01. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A scenario that a test asserts. */
export interface Scenario {
  readonly id: string;
  /** What the test says it shows. */
  readonly what: string;
  /** The test's file, below the project's folder. */
  readonly file: string;
}

const TITLE = /(?:'([A-Z]\d\d):? ([^'\n]+)'|"([A-Z]\d\d):? ([^"\n]+)")/g;

/** A title without what it says in brackets of one case among several: `(%s)`. */
function withoutCases(title: string): string {
  return title.replace(/ \([^()]*%[sijo][^()]*\)$/, '');
}

/** Every scenario of the tests below `folder`, in the order of their ids. */
export function scenariosIn(site: string, folder: string): Scenario[] {
  const found: Scenario[] = [];
  for (const name of readdirSync(join(site, folder), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.test.ts')) continue;
    const file = `${folder}/${name.replaceAll('\\', '/')}`;
    for (const [, a, b, c, d] of readFileSync(join(site, file), 'utf8').matchAll(TITLE)) {
      found.push({ id: a ?? c, what: withoutCases(b ?? d), file });
    }
  }
  return found.sort((x, y) => (x.id < y.id ? -1 : x.id > y.id ? 1 : x.file < y.file ? -1 : 1));
}
