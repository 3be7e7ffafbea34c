/** Two handlers bring the same page while the guest writes to it: what EEXIST is for. */
import { NO_LOST_WAKEUP } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { NO_PFN, OWNER_ANON } from '../../host/frames.ts';
import { PTE_DIRTY, PTE_PRESENT, PTE_WRITE, pteHigh, pteLow } from '../../host/pte.ts';
import type { Race, RaceWorld } from '../race.ts';
import { SOURCE_TOKEN, UffdWorld } from './uffdWorld.ts';

const GUEST_TOKEN = 7;

const NOTHING_LOST = 'no write of the guest is lost';

export const doubleInstall: Race = {
  id: 'userfault/double-install',
  question: 'Can a page that two handlers resolve lose what the guest has written to it?',
  designs: [
    { name: 'merged', title: 'UFFDIO_COPY refuses a page that is there (EEXIST)', expected: 'holds' },
    {
      name: 'write-through',
      title: 'The second handler writes into the page that is there',
      weakening: 'A handler that gets EEXIST copies the data through its own mapping.',
      expected: NOTHING_LOST,
    },
    {
      name: 'replace',
      title: 'The second copy takes the place of the first',
      weakening: 'The copy does not look whether a page is there already.',
      expected: NOTHING_LOST,
    },
    {
      name: 'wake-first',
      title: 'Handlers wake before they copy',
      weakening: 'The wake-up comes before the page, so that a fault in between sleeps on.',
      expected: NO_LOST_WAKEUP,
    },
  ],
  build(engine, design): RaceWorld {
    const world = new UffdWorld(engine);
    const { vm, mm, host } = world.machine;
    engine.spawn('vCPU 0', vm.createVcpu().write(0, GUEST_TOKEN, false));
    engine.spawn('handler 0', handler(world, design));
    engine.spawn('handler 1', handler(world, design));
    return {
      properties: [
        {
          name: NOTHING_LOST,
          when: 'finally',
          check: () => {
            const pfn = mm.walk(world.page, false);
            const token = pfn === NO_PFN ? 0 : host.frames.read(pfn);
            return (
              token === GUEST_TOKEN || `the page holds ${token}, and the guest has written ${GUEST_TOKEN}`
            );
          },
        },
      ],
      memory: world.memory,
      show: () => world.show(),
    };
  },
};

function* handler(world: UffdWorld, design: string): Actor {
  const { mm, host } = world.machine;
  if (design === 'wake-first') yield* world.wake();
  const copied = design === 'replace' ? yield* replace(world) : yield* world.copy();
  if (design === 'write-through' && typeof copied === 'number' && copied < 0) {
    yield POINT;
    const pfn = mm.walk(world.page, true);
    if (pfn !== NO_PFN) host.frames.write(pfn, SOURCE_TOKEN);
  }
  if (design !== 'wake-first') yield* world.wake();
}

/** A copy that does not look whether a page is there. */
function* replace({ machine: { mm, host }, page }: UffdWorld): Actor {
  const pfn = host.frames.allocate(OWNER_ANON);
  host.frames.write(pfn, SOURCE_TOKEN);
  yield mm.mmapLock.read();
  yield POINT;
  mm.table.write(page, pteLow(pfn, PTE_PRESENT | PTE_WRITE | PTE_DIRTY), pteHigh(pfn));
  mm.mmapLock.readUnlock();
}
