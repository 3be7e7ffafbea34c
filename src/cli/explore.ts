import { findDesign, findRace, type Race, type RaceDesign, races, searchRace } from '../model/index.ts';
import { type ParsedArguments, UsageError } from './arguments.ts';
import type { Output } from './lab.ts';
import { narrate } from './narrate.ts';
import { formatTable } from './table.ts';

/** Transitions between two looks at how far a search is: a fraction of a second's work. */
const STRIDE = 2_000;

/** The races as `lab list --json` prints them. */
export function listedRaces(): unknown[] {
  return races.map(({ id, question, designs }) => ({
    id,
    question,
    designs: designs.map(({ name, expected }) => ({ name, expected })),
  }));
}

/**
 * `lab explore`: searches a race under one design. Exit code 0 when every property holds, 1 with the counterexample.
 *
 * @throws UsageError where there is no such race or design, or the bound is none.
 */
export function explore(args: ParsedArguments, output: Output): number {
  const race = wantedRace(args);
  const design = wantedDesign(race, args);
  const preemptions = wantedBound(args);
  const search = searchRace(race, design, preemptions === undefined ? {} : { preemptions });
  const start = performance.now();
  while (!search.advance(STRIDE)) {
    output.progress?.(`${search.schedules} schedules, ${search.transitions} transitions so far`);
  }
  const milliseconds = Math.round(performance.now() - start);
  const { complete, bound, schedules, transitions, properties } = search.result();
  const broken = properties.filter(property => !property.holds);
  if (args.json) {
    const listed = properties.map(({ name, holds, schedule, steps, shortest }) => ({
      name,
      holds,
      schedule,
      steps,
      shortest,
    }));
    const result = { race: race.id, design: design.name, complete, bound, schedules, transitions };
    output.out(JSON.stringify({ ...result, milliseconds, properties: listed }, null, 2));
    return broken.length > 0 ? 1 : 0;
  }
  output.out(`${race.question}\n${design.name}: ${design.title}\n`);
  const verdict = complete ? 'holds in every schedule' : 'not broken so far';
  output.out(
    formatTable(
      properties.map(({ name, holds, steps }) => ({
        property: name,
        verdict: holds ? verdict : `counterexample, ${steps} steps`,
      })),
    ),
  );
  const cut = complete ? 'complete' : `bounded: ${bound}`;
  output.out(`\n${schedules} schedules, ${transitions} transitions, ${milliseconds} ms, ${cut}`);
  for (const { name, schedule, what, shortest } of broken) {
    output.out(`\n${name}\n${what}, after ${schedule}${shortest ? ' (no schedule is shorter)' : ''}`);
    output.out(formatTable(narrate(race, design, schedule!)));
  }
  return broken.length > 0 ? 1 : 0;
}

function wantedRace({ positional }: ParsedArguments): Race {
  const known = races.map(race => race.id).join(', ');
  if (positional.length !== 1) throw new UsageError(`name one race: ${known}`);
  const race = findRace(positional[0]);
  if (race === undefined)
    throw new UsageError(`there is no race ${JSON.stringify(positional[0])}; there are ${known}`);
  return race;
}

function wantedDesign(race: Race, { options }: ParsedArguments): RaceDesign {
  for (const name of options.keys()) {
    if (name !== 'design' && name !== 'bound')
      throw new UsageError(`explore has no option --${name}; it has --design, --bound and --json`);
  }
  const name = options.get('design');
  const design = name === undefined ? race.designs[0] : findDesign(race, name);
  if (design === undefined) {
    const known = race.designs.map(d => d.name).join(', ');
    throw new UsageError(`${race.id} has no design ${JSON.stringify(name)}; it has ${known}`);
  }
  return design;
}

function wantedBound({ options }: ParsedArguments): number | undefined {
  const text = options.get('bound');
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) {
    throw new UsageError(
      `--bound is the most preemptions of a schedule, a whole number from 0 to 999999, not ${JSON.stringify(text)}`,
    );
  }
  return Number(text);
}
