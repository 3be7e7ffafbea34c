/**
 * Pages that are allocated before the file is bound to a slot, where allocating is what makes a frame private: the
 * objection of Roth, 23 June 2022. KVM learns of allocations from a notifier that does not exist before the binding.
 */
import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import { Mutex } from '../../engine/mutex.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { Vm } from '../../kvm/vm.ts';
import type { Race, RaceWorld } from '../race.ts';
import { raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';

/** Allocated while the file is bound. */
const NEW = 0;
/** Allocated long before, and punched out while the file is bound. */
const OLD = 1;

const AGREES = 'KVM holds private just what userspace has made private';

export const earlyAllocation: Race = {
  id: 'private-memory/early-allocation',
  question: 'Does KVM learn of every page that was allocated before the file was bound to a slot?',
  designs: [
    {
      name: 'merged',
      title: 'KVM_SET_MEMORY_ATTRIBUTES: allocating converts nothing',
      expected: 'holds',
    },
    {
      name: 'replay',
      title: 'Allocation converts; binding replays it with the file locked',
      expected: 'holds',
    },
    {
      name: 'no-replay',
      title: 'Allocation converts; binding listens from then on (what the mail fears of v6)',
      weakening: 'Nobody tells KVM of what was allocated before it listened.',
      expected: AGREES,
    },
    {
      name: 'replay-first',
      title: 'Allocation converts; binding replays, then listens',
      weakening: 'Binding goes through the pages first and listens afterwards.',
      expected: AGREES,
    },
    {
      name: 'replay-unlocked',
      title: 'Allocation converts; binding listens, then replays without the file’s lock',
      weakening: 'Binding lists the pages and tells KVM of them without keeping the file as it is.',
      expected: AGREES,
    },
  ],
  build(engine, design): RaceWorld {
    const { vm, mm } = raceMachine(engine, { vmType: 'snp' });
    const gmem = new GuestMemfd(vm, 2);
    gmem.getPfn(OLD);
    const ioctl = design === 'merged';
    // Attributes need no slot: this one was set when the page was allocated.
    if (ioctl) (vm.conversion as TableConversion).store.set(OLD, OLD + 1, true);
    const file = new Mutex(engine, 'file');
    const listening = new Watched(engine, 'notifier', ioctl);
    const slot = { id: 0, baseGfn: 0, pages: 2, flags: 0, hva: mm.map(2), gmem, gmemOffset: 0 };
    const world: World = { vm, gmem, file, listening, slot, design };
    engine.spawn('fallocate', allocate(world));
    engine.spawn('hole punch', punch(world));
    engine.spawn('binding', bind(world));
    return {
      properties: [
        {
          name: AGREES,
          when: 'finally',
          check: () => {
            if (!vm.isPrivate(NEW)) return `gfn ${NEW} has a page in the file, and KVM takes it for shared`;
            return !vm.isPrivate(OLD) || `gfn ${OLD} has a hole in the file, and KVM takes it for private`;
          },
        },
      ],
      memory: { vm, gfns: [0, 1] },
      show: () => showMemory(vm, 2),
    };
  },
};

interface World {
  readonly vm: Vm;
  readonly gmem: GuestMemfd;
  /** The file's lock. */
  readonly file: Mutex;
  /** Whether KVM is told of allocations. */
  readonly listening: Watched<boolean>;
  readonly slot: Memslot;
  readonly design: string;
}

function* told({ vm, listening }: World, page: number, toPrivate: boolean): Actor {
  if (listening.get()) yield* vm.conversion.convert(page, page + 1, toPrivate);
}

function* allocate(world: World): Actor {
  yield world.file.lock();
  yield* world.gmem.allocate(NEW, NEW + 1);
  yield POINT;
  yield* told(world, NEW, true);
  world.file.unlock();
}

function* punch(world: World): Actor {
  yield world.file.lock();
  yield* world.gmem.punchHole(OLD, OLD + 1);
  yield POINT;
  yield* told(world, OLD, false);
  world.file.unlock();
}

function* replay({ vm, gmem }: World): Actor {
  const present = [NEW, OLD].filter(page => gmem.has(page));
  yield POINT;
  for (const page of present) yield* vm.conversion.convert(page, page + 1, true);
  yield POINT;
}

function* bind(world: World): Actor {
  const { vm, file, listening, slot, design } = world;
  yield* createSlot(vm, slot);
  yield POINT;
  if (design === 'replay-first') yield* replay(world);
  if (design === 'replay') yield file.lock();
  if (design !== 'merged') listening.set(true);
  if (design === 'replay' || design === 'replay-unlocked') yield* replay(world);
  if (design === 'replay') file.unlock();
}
