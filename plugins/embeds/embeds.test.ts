import { expect, test } from 'vitest';
import { OWN } from '../../src/playground/program.ts';
import { idOf, programFiles } from '../playgrounds/files.ts';
import { ofTheLab, registryOf, shownIn } from './index.ts';

test('what a page shows is found by its address', () => {
  const mdx = `---
title: T
slug: /debates/private-memory/
---

<Experiment id="private-memory/boot" brief />
<Race
  id="private-memory/flip" />
<Playground file="first" seconds={9} />
<Term id="gfn">frames</Term>
`;
  expect(shownIn('debates/private-memory/index.mdx', mdx)).toEqual([
    { kind: 'experiment', id: 'private-memory/boot', page: 'debates/private-memory/' },
    { kind: 'race', id: 'private-memory/flip', page: 'debates/private-memory/' },
    { kind: 'program', id: 'debates/private-memory/first', page: 'debates/private-memory/' },
  ]);
  expect(shownIn('index.mdx', '<Experiment id="a/b" />')).toEqual([
    { kind: 'experiment', id: 'a/b', page: '' },
  ]);
  expect(shownIn('primer/a-fault.mdx', '<Playground file="x" />')).toEqual([
    { kind: 'program', id: 'primer/x', page: 'primer/a-fault/' },
  ]);
});

test('the registry names each thing once, by the debate that it belongs to', () => {
  const registry = registryOf([
    { kind: 'experiment', id: 'a/b', page: '' },
    { kind: 'experiment', id: 'a/b', page: 'debates/a/' },
    { kind: 'experiment', id: 'a/b', page: 'guides/c/' },
    { kind: 'program', id: 'debates/a/first', page: 'debates/a/' },
  ]);
  expect(registry.match(/"experiment a\/b"/g)).toHaveLength(1);
  expect(registry).toContain('"experiment a/b": { page: "debates/a/"');
  expect(registry).toContain('@generated/playgrounds/default/debates--a--first.json');
});

test('the lab’s programs can be embedded, too: the reader’s own among them', () => {
  const programs = ofTheLab(programFiles().map(idOf));
  expect(programs).toContainEqual({ kind: 'program', id: OWN, page: 'lab/' });
  expect(programs.every(({ id }) => id.startsWith('lab/'))).toBe(true);
  expect(registryOf(programs)).toContain('"program lab/own": { page: "lab/"');
  expect(registryOf([])).toMatch(/"pair of programs": .*lab--left\.json.*lab--right\.json/);
});
