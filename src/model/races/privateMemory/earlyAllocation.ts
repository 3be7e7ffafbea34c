/**
 * Pages that are allocated before the file is bound to a slot, where allocating is what makes a frame private: the
 * objection of Roth, 23 June 2022. KVM learns of allocations from a notifier that does not exist before the binding.
 */
import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import { Mutex } from '../../engine/mutex.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
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
      title: 'Allocation converts; binding listens from then on (v6)',
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
    const slot = { id: 0, baseGfn: 0, pages: 2, flags: 0, hva: mm.map(2), gmem: null, gmemOffset: 0 };

    function* told(page: number, toPrivate: boolean): Actor {
      if (listening.get()) yield* vm.conversion.convert(page, page + 1, toPrivate);
    }
    function* allocate(): Actor {
      yield file.lock();
      yield* gmem.allocate(NEW, NEW + 1);
      yield POINT;
      yield* told(NEW, true);
      file.unlock();
    }
    function* punch(): Actor {
      yield file.lock();
      yield* gmem.punchHole(OLD, OLD + 1);
      yield POINT;
      yield* told(OLD, false);
      file.unlock();
    }
    function* replay(): Actor {
      const present = [NEW, OLD].filter(page => gmem.has(page));
      yield POINT;
      for (const page of present) yield* vm.conversion.convert(page, page + 1, true);
      yield POINT;
    }
    function* bind(): Actor {
      yield* createSlot(vm, { ...slot, gmem });
      yield POINT;
      if (design === 'replay-first') yield* replay();
      if (design === 'replay') yield file.lock();
      if (!ioctl) listening.set(true);
      if (design === 'replay' || design === 'replay-unlocked') yield* replay();
      if (design === 'replay') file.unlock();
    }
    engine.spawn('fallocate', allocate());
    engine.spawn('hole punch', punch());
    engine.spawn('binding', bind());
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
      show: () => showMemory(vm, 2),
    };
  },
};
