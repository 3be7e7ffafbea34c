/**
 * KVM userfault: the VMM clears a page's bit while a fault reads it (Houghton's v3, June 2025). The review asked for a
 * load with acquire beside the store with release; x86 needs neither.
 */
import { Cell } from '../../engine/cell.ts';
import type { Engine } from '../../engine/engine.ts';
import { NO_LOST_WAKEUP } from '../../engine/explorer/program.ts';
import type { Order } from '../../engine/memory/memory.ts';
import { Mutex } from '../../engine/mutex.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { WaitQueue } from '../../engine/waitQueue.ts';
import { NO_PFN } from '../../host/frames.ts';
import { MEM_USERFAULT } from '../../kvm/memslots.ts';
import type { Vcpu } from '../../kvm/vcpu.ts';
import type { Race, RaceWorld } from '../race.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';

const ARRIVED = 1;
const BIT = 0b01;
/** The bit of another page in the same word. */
const OTHER_BIT = 0b10;

const NEVER_EARLY = 'no page is seen before its contents';

interface Rules {
  readonly loads: Order;
  readonly stores: Order;
}

const RELEASE_ACQUIRE: Rules = { loads: 'acquire', stores: 'release' };

export const clearVsFault: Race = {
  id: 'userfault/clear-vs-fault',
  question:
    'Which barriers must a fault and the VMM have that clears the page’s bit in the userfault bitmap?',
  designs: [
    {
      name: 'release-acquire',
      title: 'Cleared with release, read with acquire, under release/acquire',
      expected: 'holds',
      memory: 'ra',
    },
    { name: 'tso', title: 'No barriers at all, under x86 TSO', expected: 'holds', memory: 'tso' },
    {
      name: 'no-acquire',
      title: 'KVM reads the bit relaxed',
      weakening: 'The fault’s load of the bitmap has no acquire.',
      expected: NEVER_EARLY,
      memory: 'ra',
    },
    {
      name: 'no-release',
      title: 'The VMM clears the bit relaxed',
      weakening: 'The VMM’s clearing of the bit has no release.',
      expected: NEVER_EARLY,
      memory: 'ra',
    },
    {
      name: 'clear-before-copy',
      title: 'Cleared before the copy, under x86 TSO',
      weakening: 'The VMM clears the bit first and copies the page then.',
      expected: NEVER_EARLY,
      memory: 'tso',
    },
    {
      name: 'wake-before-clear',
      title: 'The VMM wakes the vCPU before it clears',
      weakening: 'A vCPU that comes between the two sees its bit set and sleeps.',
      expected: NO_LOST_WAKEUP,
      memory: 'ra',
    },
    {
      name: 'two-steps',
      title: 'Bits are cleared by a load and a store',
      weakening: 'Two handlers change one word of the bitmap without an atomic operation.',
      expected: NO_LOST_WAKEUP,
    },
  ],
  build(engine, design): RaceWorld {
    const { loads, stores } = rulesOf(design);
    const word = new Cell(engine, 'userfault_bitmap', BIT | OTHER_BIT);
    const contents = new Cell(engine, 'page contents');
    const seen = new Watched(engine, 'seen by the guest', ARRIVED);
    const lock = new Mutex(engine, 'VMM lock');
    const sleepers = new WaitQueue(engine, 'vCPU threads');
    const { vm, mm } = raceMachine(engine, {});
    const hva = mm.map(1);
    hostPage(mm, hva);
    const userfault = { isMissing: () => (word.load(loads) & BIT) !== 0 };
    placeSlot(vm, { pages: 1, hva, flags: MEM_USERFAULT, userfault });
    const world: World = { engine, design, stores, word, contents, seen, lock, sleepers };
    engine.spawn('vCPU 0', vcpu(world, vm.createVcpu()));
    engine.spawn('handler', handler(world));
    if (design === 'two-steps') engine.spawn('other handler', clear(world, OTHER_BIT));
    return {
      properties: [
        {
          name: NEVER_EARLY,
          when: 'always',
          check: () => seen.get() === ARRIVED || 'the guest has read the page as it was before the copy',
        },
      ],
      memory: { vm, gfns: [0] },
      show: () => [
        ...showMemory(vm, 1),
        {
          title: 'KVM userfault',
          columns: ['bit', 'contents'],
          rows: [[word.value & BIT ? 'set' : 'clear', contents.value === ARRIVED ? 'arrived' : 'old']],
        },
      ],
    };
  },
};

function rulesOf(design: string): Rules {
  if (design === 'no-acquire') return { ...RELEASE_ACQUIRE, loads: 'relaxed' };
  if (design === 'no-release') return { ...RELEASE_ACQUIRE, stores: 'relaxed' };
  return RELEASE_ACQUIRE;
}

interface World {
  readonly engine: Engine;
  readonly design: string;
  readonly stores: Order;
  readonly word: Cell;
  readonly contents: Cell;
  readonly seen: Watched<number>;
  readonly lock: Mutex;
  readonly sleepers: WaitQueue;
}

function* vcpu({ word, contents, seen, lock, sleepers }: World, cpu: Vcpu): Actor {
  for (;;) {
    const pfn = yield* cpu.access(0, false, false);
    if (pfn !== NO_PFN) break;
    // Back in userspace: sleep until the handler has the page, unless it had it already.
    yield lock.lock();
    if ((word.load() & BIT) === 0) {
      lock.unlock();
      continue;
    }
    const asleep = sleepers.wait();
    lock.unlock();
    yield asleep;
  }
  yield POINT;
  seen.set(contents.load());
}

function* clear({ engine, design, stores, word }: World, bit: number): Actor {
  yield POINT;
  if (design === 'two-steps') {
    const before = word.load();
    yield POINT;
    word.store(before & ~bit);
  } else if (design === 'tso' || design === 'clear-before-copy') {
    // Nobody else writes the word here: a plain store, as a compiler makes of a release on x86.
    word.store(word.value & ~bit);
  } else {
    engine.memory.update(word, value => value & ~bit, stores);
  }
}

function* copy({ contents }: World): Actor {
  yield POINT;
  contents.store(ARRIVED);
}

function* wake({ engine, lock, sleepers }: World): Actor {
  // Taking a lock is a barrier by itself, on x86 too.
  yield engine.memory.barrier();
  yield lock.lock();
  sleepers.wakeAll();
  lock.unlock();
}

function* handler(world: World): Actor {
  const { design } = world;
  if (design === 'clear-before-copy') yield* clear(world, BIT);
  yield* copy(world);
  if (design === 'wake-before-clear') yield* wake(world);
  if (design !== 'clear-before-copy') yield* clear(world, BIT);
  if (design !== 'wake-before-clear') yield* wake(world);
}
