/**
 * `lab sweep`: runs an experiment at every combination of some parameters' values, or at one shard of them.
 *
 * Finished points go to a journal beside the file, so that a sweep which was interrupted takes up where it stopped; the
 * file itself appears when the shard is complete.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { combinations, type Point, type Sweep, valuesIn } from '../model/experiments/sweep.ts';
import { type AnyExperiment, MODEL_VERSION } from '../model/index.ts';
import { type ParsedArguments, paramOf, UsageError } from './arguments.ts';
import { writeSweep } from './sweepFile.ts';

/** A shard: the `index`th of `of`, from 1. */
interface Shard {
  readonly index: number;
  readonly of: number;
}

/** @throws UsageError where the text is not of the form i/n with i from 1 to n. */
function shardOf(text: string | undefined): Shard {
  if (text === undefined) return { index: 1, of: 1 };
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || index > of) {
    throw new UsageError(`--shard is i/n with i from 1 to n, like 1/4, not ${JSON.stringify(text)}`);
  }
  return { index, of };
}

/**
 * The values that the options list, by parameter.
 *
 * @throws UsageError or RangeError where an option is no parameter or a value does not fit.
 */
function sweptOf({ id, params }: AnyExperiment, options: ReadonlyMap<string, string>) {
  const swept: Record<string, (number | string | boolean)[]> = {};
  for (const [name, list] of options) {
    swept[name] = valuesIn(`--${name}`, paramOf(id, params, name), list);
  }
  return swept;
}

/** What a journal's first line says it is of. */
function headOf(sweep: Omit<Sweep, 'points'>, { index, of }: Shard): string {
  return JSON.stringify({ ...sweep, shard: `${index}/${of}` });
}

/** Finished points of a journal; a line that was cut off in writing is none. */
function finished(journal: string, head: string): Point[] {
  if (!existsSync(journal)) return [];
  const [first, ...lines] = readFileSync(journal, 'utf8').split('\n');
  if (first !== head) {
    throw new UsageError(
      `${journal} is of another sweep or shard; remove it, or name another file with --out`,
    );
  }
  return lines.slice(0, -1).map((line, index) => {
    try {
      return JSON.parse(line) as Point;
    } catch {
      throw new UsageError(`${journal} is damaged in line ${index + 2}; remove it to begin anew`);
    }
  });
}

/**
 * Runs a sweep.
 *
 * @param progress told in words how far it is
 * @returns the exit code
 */
export function sweep(
  experiment: AnyExperiment,
  args: ParsedArguments,
  progress: (text: string) => void,
): number {
  const options = new Map(args.options);
  const out = options.get('out');
  if (out === undefined || !/\.(csv|json)$/.test(out)) {
    throw new UsageError('sweep needs --out FILE, and FILE ends in .csv or .json');
  }
  const shard = shardOf(options.get('shard'));
  options.delete('out');
  options.delete('shard');
  if (options.size === 0) {
    const names = Object.keys(experiment.params).map(name => `--${name}`);
    throw new UsageError(
      `list values of a parameter, like ${names[0] ?? '--name'} 1,2,3; there are ${names.join(', ')}`,
    );
  }
  if (existsSync(out)) throw new UsageError(`${out} is there already; remove it, or name another file`);
  const swept = sweptOf(experiment, options);
  const all = combinations(experiment.params, swept);
  const mine = all.flatMap((values, point) =>
    point % shard.of === shard.index - 1 ? [{ point, values }] : [],
  );
  const description = {
    experiment: experiment.id,
    model: MODEL_VERSION,
    swept,
    total: all.length,
  };
  const head = headOf(description, shard);
  const journal = `${out}.part`;
  const points = finished(journal, head);
  const done = new Set(points.map(({ point }) => point));
  // Written anew without what was cut off, in one move: a second interruption loses nothing either.
  writeFileSync(`${journal}.new`, [head, ...points.map(point => JSON.stringify(point)), ''].join('\n'));
  renameSync(`${journal}.new`, journal);
  const started = performance.now();
  for (const { point, values } of mine) {
    if (done.has(point)) continue;
    const finishedPoint: Point = { point, values, rows: experiment.run(values) };
    appendFileSync(journal, `${JSON.stringify(finishedPoint)}\n`);
    points.push(finishedPoint);
    const left =
      ((performance.now() - started) / (points.length - done.size)) * (mine.length - points.length);
    progress(`${points.length} of ${mine.length} points, about ${Math.ceil(left / 1000)} s left`);
  }
  points.sort((a, b) => a.point - b.point);
  writeSweep(out, { ...description, points });
  rmSync(journal);
  return 0;
}
