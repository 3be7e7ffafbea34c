import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { marksOf } from '../../src/playground/editor/highlight.ts';
import { inWords, Output } from '../../src/playground/output/output.ts';
import type { Program } from '../../src/playground/program.ts';
import type { Runner } from '../modelBundle/bundle.ts';
import { execute } from './execute.ts';
import { docs, idOf } from './files.ts';

/**
 * Reads a program, runs it and writes out what it shows.
 *
 * @param path below docs/.
 * @param runner the bundled model, where it may have changed since the process began.
 * @throws Error where it fails, with its line: a program that the site offers must work.
 */
export async function programOf(path: string, runner?: Runner): Promise<Program> {
  const source = (await readFile(join(docs, path), 'utf8')).replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  const { shown, failure, cut } = await execute(source, undefined, runner);
  if (failure) throw new Error(`docs/${path}:${failure.line ?? 1}: ${failure.message}`);
  if (cut) throw new Error(`docs/${path}: shows more than a run may show`);
  const id = idOf(path);
  const { document } = parseHTML('<!doctype html><div></div>');
  const place = document.querySelector('div') as unknown as Element;
  const output = new Output(document as unknown as Document, place, `recorded-${id.replaceAll('/', '-')}`);
  for (const item of shown) output.add(item);
  await output.drawn();
  return {
    id,
    file: path.slice(path.lastIndexOf('/') + 1),
    source,
    marks: marksOf(source),
    recorded: { html: place.innerHTML, words: inWords(shown) },
  };
}
