/** Bundled with a mutation in place: says what breaks first among what holds otherwise. */
import type { Program } from '../../src/model/engine/explorer/program.ts';
import { Search, type SearchOptions } from '../../src/model/engine/explorer/search.ts';
import { checks } from '../../src/model/races/checks/index.ts';
import { races } from '../../src/model/races/index.ts';

/** A mutant may never end: a search that takes longer than any right one says nothing. */
const TRANSITIONS = 150_000;

interface Candidate {
  /** A race and its design, or a check. */
  readonly name: string;
  readonly build: Program;
  readonly options: SearchOptions;
}

/** What must hold: first the world named so, where one is named; the races before the checks. */
function candidates(first: string): Candidate[] {
  const all: Candidate[] = [];
  for (const { id, designs, build } of races) {
    for (const { name, expected, memory } of designs) {
      if (expected !== 'holds') continue;
      all.push({ name: `${id} ${name}`, build: engine => build(engine, name), options: { memory } });
    }
  }
  for (const { name, build } of checks) all.push({ name, build, options: {} });
  return [
    ...all.filter(one => one.name.startsWith(first)),
    ...all.filter(one => !one.name.startsWith(first)),
  ];
}

/**
 * The race or check and the property of it that break, or null where everything still holds.
 *
 * @param first the beginning of a name: what is searched before the rest.
 */
export function judge(first: string): string | null {
  for (const { name, build, options } of candidates(first)) {
    const search = new Search(build, { ...options, transitions: TRANSITIONS });
    while (!search.advance(2_000)) {
      if (search.result().properties.some(({ holds }) => !holds)) break;
    }
    const broken = search.result().properties.find(({ holds }) => !holds);
    if (broken !== undefined) return `${name}: ${broken.name}`;
  }
  return null;
}
