/** Files that sweeps write and `lab merge` puts together: JSON with everything in it, or CSV, a line a row. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Sweep, sweepCsv, sweepJson } from '../model/experiments/sweep.ts';
import { UsageError } from './arguments.ts';

/** Writes a sweep, as CSV or JSON by the name's end; the file is there whole or not at all. */
export function writeSweep(file: string, sweep: Sweep): void {
  writeFileSync(`${file}.new`, file.endsWith('.csv') ? sweepCsv(sweep) : sweepJson(sweep));
  renameSync(`${file}.new`, file);
}

/** @throws UsageError where the file cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** @throws UsageError where the file is none that a sweep wrote. */
function readSweep(file: string): Sweep {
  let sweep: Partial<Sweep>;
  try {
    sweep = JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} holds no JSON: ${error instanceof Error ? error.message : error}`);
  }
  const fits =
    typeof sweep?.experiment === 'string' &&
    typeof sweep.model === 'string' &&
    typeof sweep.total === 'number' &&
    typeof sweep.swept === 'object' &&
    Array.isArray(sweep.points);
  if (!fits) throw new UsageError(`${file} is no file that lab sweep wrote`);
  return sweep as Sweep;
}

/** What two shards of one sweep have in common. */
function kindOf({ experiment, model, swept, total }: Sweep): string {
  return JSON.stringify({ experiment, model, swept, total });
}

/** Puts the text of CSV shards together: one head, and the lines by the number of their point. */
function mergeCsv(files: readonly string[]): string {
  const owners = new Map<string, string>();
  const lines: { point: number; at: number; line: string }[] = [];
  let head: string | undefined;
  let empty: string | undefined;
  for (const file of files) {
    const text = textOf(file);
    // A line break inside quotes belongs to its field.
    const [first, ...rest] = text.match(/(?:"[^"]*"|[^"\n])+/g) ?? [];
    if (!first?.startsWith('point,')) throw new UsageError(`${file} is no file that lab sweep wrote`);
    // A shard without a point has no columns of results either.
    if (rest.length === 0) {
      empty ??= first;
      continue;
    }
    head ??= first;
    if (first !== head) throw new UsageError(`${file} has other columns than the files before it`);
    for (const line of rest) {
      const point = line.slice(0, line.indexOf(','));
      if (!/^\d{1,15}$/.test(point)) throw new UsageError(`${file} is no file that lab sweep wrote`);
      const owner = owners.get(point) ?? file;
      if (owner !== file) throw new UsageError(`point ${point} is in ${owner} and in ${file}`);
      owners.set(point, file);
      lines.push({ point: Number(point), at: lines.length, line });
    }
  }
  const most = lines.reduce((highest, { point }) => Math.max(highest, point), -1);
  for (let point = 0; point <= most; point++) {
    if (!owners.has(String(point)))
      throw new UsageError(`point ${point} is in none of the files: a shard is missing`);
  }
  lines.sort((a, b) => a.point - b.point || a.at - b.at);
  return `${[head ?? empty, ...lines.map(({ line }) => line)].join('\n')}\n`;
}

/**
 * Puts shards together: JSON ones into JSON or CSV, CSV ones into CSV.
 *
 * @throws UsageError where files belong to different sweeps, overlap, or leave points out.
 */
export function mergeSweeps(files: readonly string[], out: string): void {
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`);
  if (files.every(file => file.endsWith('.csv')) && out.endsWith('.csv')) {
    const text = mergeCsv(files);
    writeFileSync(`${out}.new`, text);
    renameSync(`${out}.new`, out);
    return;
  }
  if (!files.every(file => file.endsWith('.json'))) {
    throw new UsageError('merge takes .json files, or .csv files with a .csv to write');
  }
  const shards = files.map(readSweep);
  const owners = new Map<number, string>();
  for (const [index, shard] of shards.entries()) {
    if (kindOf(shard) !== kindOf(shards[0])) {
      throw new UsageError(
        `${files[index]} and ${files[0]} are of different sweeps or versions of the model`,
      );
    }
    for (const { point } of shard.points) {
      const owner = owners.get(point);
      if (owner !== undefined) throw new UsageError(`point ${point} is in ${owner} and in ${files[index]}`);
      owners.set(point, files[index]);
    }
  }
  for (let point = 0; point < shards[0].total; point++) {
    if (!owners.has(point))
      throw new UsageError(`point ${point} is in none of the files: a shard is missing`);
  }
  const points = shards.flatMap(shard => shard.points).sort((a, b) => a.point - b.point);
  writeSweep(out, { ...shards[0], points });
}
