import { expect, test } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { migratePage } from './migrate.ts';
import { splitFolio } from './splitFolio.ts';

/** Runs a script on two huge pages. */
function play(script: (machine: Machine, hva: number) => Actor): void {
  const machine = buildMachine();
  const { engine, host, mm } = machine;
  host.thp = 'always';
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(1024);
      for (const page of [hva, hva + 512]) yield* mm.fault(page, true);
      yield* script(machine, hva);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
}

test('a huge page that nobody else holds falls into 512, which keep their frames and can be moved', () => {
  play(function* ({ mm, host }, hva) {
    const head = mm.lookup(hva, true);
    host.frames.write(head + 3, 77);
    const inUse = host.frames.inUse;
    expect(yield* migratePage(mm, hva + 3)).toBe('not-movable');
    expect(yield* splitFolio(mm, hva + 3)).toBe('split');
    expect([mm.lookup(hva + 3, true), host.frames.references(head + 3)]).toEqual([head + 3, 1]);
    expect(yield* migratePage(mm, hva + 3)).toBe('moved');
    expect(host.frames.read(mm.lookup(hva + 3, true))).toBe(77);
    expect(yield* splitFolio(mm, hva)).toBe('not-huge');
    yield* mm.dontNeed(hva, hva + 512);
    expect(host.frames.inUse).toBe(inUse - 512);
  });
});

test('a reference or a pin of any of its pages keeps it whole', () => {
  play(function* ({ mm, host }, hva) {
    const first = mm.lookup(hva, true);
    host.frames.get(first + 100);
    expect(yield* splitFolio(mm, hva)).toBe('referenced');
    const second = mm.lookup(hva + 512, true);
    host.frames.pin(second + 200);
    expect(yield* splitFolio(mm, hva + 512)).toBe('referenced');
    host.frames.unpin(second + 200);
    expect(yield* splitFolio(mm, hva + 512)).toBe('split');
  });
});
