import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { modelLayers, siteLayers } from './layers.cjs';

const project = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'layers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Level of each layer of the model, by its path below src. */
const levels = new Map(modelLayers.flatMap((names, level) => names.map(name => [`model/${name}`, level])));
const names = [...levels.keys(), ...Object.keys(siteLayers)];

function mayImport(from: string, to: string): boolean {
  const [low, high] = [levels.get(to), levels.get(from)];
  if (high !== undefined) return low !== undefined && low < high;
  return siteLayers[from].includes(low === undefined ? to : 'model');
}

/** A made-up file of a layer. */
function fileOf(name: string, file: string): string {
  return name.endsWith('.ts') ? `src/${name}` : `src/${name}/${file}.ts`;
}

/** Writes a made-up file that imports others. */
function write(path: string, imports: readonly string[] = []) {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  const up = '../'.repeat(path.split('/').length - 1);
  writeFileSync(
    full,
    [...imports.map(to => `import '${to.includes('/') ? up : ''}${to}';`), 'export const value = 1;\n'].join(
      '\n',
    ),
  );
}

/** What the check says about the made-up tree, each as `rule: from -> to`. */
function violations(): string[] {
  const cruise = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(project, '.dependency-cruiser.cjs');
  const args = [cruise, '--config', config, '--output-type', 'json', 'src'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1e9 });
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
}

describe('the layer check', () => {
  test('knows every folder of src and of the model', () => {
    const here = (path: string) =>
      readdirSync(join(project, path), { withFileTypes: true })
        .filter(entry => entry.isDirectory() || /^[^.]+\.tsx?$/.test(entry.name))
        .map(entry => (path === 'src' ? entry.name : `model/${entry.name}`));
    const known = ['model', ...names];
    expect(here('src').filter(name => !known.includes(name))).toEqual([]);
    expect(here('src/model').filter(name => !known.includes(name))).toEqual([]);
  });

  test('catches every import that goes up, sideways or out, and no other', () => {
    rmSync(join(folder, 'src'), { recursive: true, force: true });
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "noEmit": true } }');
    const forbidden = new Set<string>();
    for (const name of names) write(fileOf(name, 'stand'));
    for (const from of names) {
      // A layer that is one file cannot import what imports it, or the cycle would be found as well.
      const targets = names.filter(to => to !== from && !(from.endsWith('.ts') && mayImport(to, from)));
      const paths = targets.map(to => fileOf(to, 'stand'));
      write(fileOf(from, 'probe'), paths);
      for (const to of targets) {
        if (!mayImport(from, to)) forbidden.add(`${fileOf(from, 'probe')} -> ${fileOf(to, 'stand')}`);
      }
    }
    const found = violations();
    expect([...new Set(found.map(line => line.replace(/^\S+: /, '')))].sort()).toEqual([...forbidden].sort());
  });

  test('catches packages and Node in the model, values in views, cycles', () => {
    rmSync(join(folder, 'src'), { recursive: true, force: true });
    write('src/model/experiments/view.ts');
    write('src/model/engine/node.ts', ['node:fs']);
    write('src/model/engine/a.ts', ['src/model/engine/b.ts']);
    write('src/model/engine/b.ts', ['src/model/engine/a.ts']);
    write('src/views/value.ts', ['src/model/experiments/view.ts']);
    write('src/playground/deep.ts', ['src/model/engine/node.ts']);
    write('src/cli/lost.ts', ['src/cli/nowhere.ts']);
    const rules = new Set(violations().map(line => line.split(':')[0]));
    expect([...rules].sort()).toEqual([
      'model-is-pure',
      'no-cycles',
      'resolvable',
      'views-import-types-only',
      'views-know-data-only',
    ]);
  });
});
