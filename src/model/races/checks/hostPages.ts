/** Copies on write and KSM: no write is lost, and no reference. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import type { AddressSpace } from '../../host/addressSpace.ts';
import { NO_PFN } from '../../host/frames.ts';
import { mergePages } from '../../host/ksm.ts';
import { migratePage } from '../../host/migrate.ts';
import { PTE_WRITE, pteFlags, pteHigh, pteLow } from '../../host/pte.ts';
import { VM_MERGEABLE } from '../../host/vma.ts';
import { hostPage, raceMachine } from '../setup.ts';
import type { Check } from './check.ts';

const SAME = 3;
const WRITTEN = 5;

/** A thread writes a token, faulting until it can. */
function* write(mm: AddressSpace, page: number, token: number): Actor {
  for (;;) {
    yield POINT;
    const pfn = mm.walk(page, true);
    if (pfn !== NO_PFN) {
      mm.frames.write(pfn, token);
      return;
    }
    yield* mm.fault(page, true);
  }
}

/** Two threads write to one page that a child process shares since a fork. */
function copies(engine: Engine): World {
  const { mm, host } = raceMachine(engine, {});
  const { frames } = host;
  const page = mm.map(1);
  const shared = hostPage(mm, page);
  frames.setExclusive(shared, false);
  mm.table.write(page, pteLow(shared, pteFlags(mm.table.low(page)) & ~PTE_WRITE), pteHigh(shared));
  // The child's.
  frames.get(shared);
  engine.spawn('thread 0', write(mm, page, SAME));
  engine.spawn('thread 1', write(mm, page, WRITTEN));
  const check = () => {
    const held = frames.references(shared);
    if (held !== 1) return `the child’s page has ${held} references`;
    const token = frames.read(mm.walk(page, false));
    return token === SAME || token === WRITTEN || 'both writes are lost';
  };
  return { properties: [{ name: 'the child alone keeps the old page', when: 'finally', check }] };
}

/** KSM merges two pages while a thread writes to one of them. */
function merging(engine: Engine, writesTo: number): World {
  const { mm, host } = raceMachine(engine, {});
  const start = mm.map(2);
  mm.vmas.find(start)!.flags |= VM_MERGEABLE;
  for (const page of [start, start + 1]) host.frames.write(hostPage(mm, page), SAME);
  engine.spawn('ksmd', mergePages({ mm, page: start }, { mm, page: start + 1 }));
  engine.spawn('thread', write(mm, start + writesTo, WRITTEN));
  const check = () => {
    const [first, second] = [start, start + 1].map(page => host.frames.read(mm.walk(page, false)));
    const [written, other] = writesTo === 0 ? [first, second] : [second, first];
    if (written !== WRITTEN) return `the page that was written holds ${written}`;
    return other === SAME || `the page that nobody wrote holds ${other}`;
  };
  return { properties: [{ name: 'each page holds what was written to it', when: 'finally', check }] };
}

/** Compaction moves a page while the VMM throws it away, and writes to it anew. */
function moving(engine: Engine): World {
  const { mm, host } = raceMachine(engine, {});
  const page = mm.map(1);
  const before = host.frames.inUse;
  hostPage(mm, page);
  engine.spawn('compaction', migratePage(mm, page));
  function* vmm(): Actor {
    yield* mm.dontNeed(page, page + 1);
    yield* write(mm, page, WRITTEN);
  }
  engine.spawn('VMM', vmm());
  const check = () => {
    const mapped = mm.walk(page, false);
    if (mapped === NO_PFN || host.frames.read(mapped) !== WRITTEN) return 'the write is lost';
    const kept = host.frames.inUse - before - 1;
    return kept === 0 || `${kept} frames are in use, and nobody maps them`;
  };
  return { properties: [{ name: 'what nobody maps is free', when: 'finally', check }] };
}

export const hostPages: readonly Check[] = [
  { name: 'two copies on write of one page', build: copies },
  { name: 'a page is moved and thrown away', build: moving },
  { name: 'KSM keeps the page that a thread writes to', build: engine => merging(engine, 0) },
  { name: 'KSM gives away the page that a thread writes to', build: engine => merging(engine, 1) },
];
