import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { docs, idOf, programFiles } from '../../plugins/playgrounds/files.ts';
import { root } from '../../scripts/lib/run.mjs';
import { citation, embedding } from '../../src/components/Takeaway/address.ts';
import { findExperiment } from '../../src/model/experiments/index.ts';
import { MODEL_VERSION } from '../../src/model/version.ts';
import { fragmentOf } from '../../src/playground/link/address.ts';
import { programState } from '../../src/playground/link/carried.ts';
import { decodeLink, encodeLink } from '../../src/playground/link/codec.ts';
import { type ExperimentState, LIMITS, type LinkState } from '../../src/playground/link/state.ts';

const page = readFileSync(join(root, 'docs/guides/sharing.mdx'), 'utf8');
const boot = findExperiment('private-memory/boot')!;
const state: ExperimentState = {
  kind: 'experiment',
  id: boot.id,
  values: { transactions: 1000 },
};

/** The text of a fenced block in a language. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1].trimEnd() ?? '';
}

afterEach(() => vi.unstubAllGlobals());
const at = (pathname: string) =>
  vi.stubGlobal('window', { location: { origin: 'https://faultlines.example', pathname } });

describe('the guide shows', () => {
  test('the snippet that Embed gives', async () => {
    at('/debates/private-memory/');
    expect(boot.params).toHaveProperty('transactions');
    expect(block('html')).toBe(await embedding(state, boot.question, '/'));
  });

  test('the line that Citation gives', async () => {
    at('/debates/private-memory/');
    expect(block('text')).toBe(await citation(state, boot.question));
  });

  test('what a program’s holds', async () => {
    at('/lab/');
    const line = await citation({ kind: 'program', page: 'lab/sweep', source: 'const a = 1;' }, '');
    expect(line).toMatch(
      /^Faultlines \S+, program lab\/sweep, as the link has it\. https:\/\/faultlines\.example\/lab\/#s=1\./,
    );
    const decoded = await decodeLink(line.slice(line.indexOf('#s=') + 3));
    expect(decoded).toMatchObject({ ok: true, state: { page: 'lab/sweep', source: 'const a = 1;' } });
    expect(page).toContain('A program’s names the program');
  });
});

describe('what the guide says of links', () => {
  const samples: Readonly<Record<string, LinkState>> = {
    'an experiment': {
      kind: 'experiment',
      id: 'a/b',
      values: { n: 1 },
      compare: { values: { n: 2 }, cursor: 500 },
      sweep: { across: 'n', lists: { n: '1,2' } },
    },
    'a race': { kind: 'race', id: 'a/b', design: 'd', schedule: 'abab', cursor: 2, beside: 'e' },
    'a program': { kind: 'program', source: 'const a = 1;' },
    'two programs of the lab': { kind: 'pair', left: 'const a = 1;', right: 'const b = 1;' },
  };

  test('each kind is in its table, and holds what stands there', async () => {
    const rows = [...page.matchAll(/^\| ((?:an?|two) [^|]*?) \|/gm)].map(([, of]) => of);
    expect(rows).toEqual(Object.keys(samples));
    for (const sample of Object.values(samples)) {
      const link = await encodeLink(sample, MODEL_VERSION);
      expect(await decodeLink(link)).toEqual({ ok: true, state: sample, model: MODEL_VERSION });
    }
  });

  test('a program of 2,500 characters fits in 2,000; those of this site show it', async () => {
    const address = 'https://some-organisation.github.io/faultlines/debates/private-memory/';
    const lengths: number[] = [];
    for (const file of programFiles()) {
      const source = readFileSync(join(docs, file), 'utf8');
      if (source.length > 2500) continue;
      const link = await encodeLink(programState(idOf(file), source), MODEL_VERSION);
      lengths.push(address.length + fragmentOf(link).length);
    }
    expect(lengths.length).toBeGreaterThan(8);
    expect(Math.max(...lengths)).toBeLessThan(2000);
  });

  test('there is the limit that it names, and what is beyond it is refused', async () => {
    expect(page).toContain(`a limit at ${LIMITS.encoded.toLocaleString('en')}`);
    let seed = 1;
    const noise = Array.from({ length: 40_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(97 + (seed % 26));
    });
    await expect(encodeLink({ kind: 'program', source: noise.join('') }, MODEL_VERSION)).rejects.toThrow(
      'too much for a link',
    );
  });

  test('one that was changed or cut is called damaged', async () => {
    const link = await encodeLink(state, MODEL_VERSION);
    const changed = `${link.slice(0, 20)}${link[20] === 'A' ? 'B' : 'A'}${link.slice(21)}`;
    for (const bad of [changed, link.slice(0, -3)]) {
      const decoded = await decodeLink(bad);
      expect(decoded.ok ? '' : decoded.message).toContain('damaged');
    }
  });
});

describe('the buttons that the guide names', () => {
  /** Where each stands; the tests in e2e/ press them by these names. */
  const places: Readonly<Record<string, readonly string[]>> = {
    'src/components/Experiment/index.tsx': ['Share'],
    'src/components/Race/Stepper.tsx': ['Link to this state'],
    'src/playground/ui/Bar.tsx': ['Share'],
    'src/playground/ui/PairView.tsx': ['Share both'],
    'src/components/Takeaway/index.tsx': ['Save, cite or embed', 'Cite or embed'],
    'src/components/Takeaway/Choices.tsx': ['Citation', 'Embed'],
    'src/components/Experiment/savings.ts': ['Rows as CSV', 'Rows as JSON', 'Figure as SVG', 'Figure as PNG'],
    'src/components/Trace/index.tsx': ['As a trace', 'Save trace.json', 'Open in Perfetto'],
  };

  test.each(Object.entries(places))('%s', (file, names) => {
    const source = readFileSync(join(root, file), 'utf8');
    for (const name of names) {
      expect(source).toMatch(new RegExp(`[>'\\n ]${name}[<'\\n]`));
      expect(page.replace(/\n/g, ' ')).toContain(name);
    }
  });
});
