/** Dirty logging: a migration that copies a page after it has read the log misses no later write. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import type { Actor } from '../../engine/step.ts';
import { POINT } from '../../engine/step.ts';
import { DirtyBitmap } from '../../kvm/dirtyBitmap.ts';
import { clearDirtyLog, getDirtyLog } from '../../kvm/dirtyLogCalls.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { setMemoryRegion } from '../../kvm/memslotUpdate.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { Watched } from '../watched.ts';
import type { Check } from './check.ts';

const GFN = 0;
const WRITTEN = 5;

/** How the page's SPTE is before anybody goes. */
type Start = 'absent' | 'protected' | 'written' | 'cleared by hand' | 'not logged';

function world(engine: Engine, start: Start): World {
  const { vm, mm, host } = raceMachine(engine, {});
  const hva = mm.map(1);
  const page = hostPage(mm, hva);
  const byHand = start === 'cleared by hand';
  if (byHand) vm.memslots.manualProtect = 1;
  const slot = { id: 0, asId: 0, baseGfn: GFN, pages: 1, hva, gmemOffset: 0 };
  const logged = { flags: MEM_LOG_DIRTY_PAGES, dirty: new DirtyBitmap(1, false, engine.access) };
  placeSlot(vm, { ...slot, ...(start === 'not logged' ? {} : logged) });
  if (start !== 'absent') vm.mmu.install(GFN, page, true, false);
  if (start === 'protected') vm.mmu.writeProtect(GFN, GFN + 1);
  if (start === 'written' || byHand) logged.dirty.set(GFN);
  const sent = new Watched(engine, 'what the migration has sent', 0);

  function* migration(): Actor {
    if (start === 'not logged') {
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES, gmem: () => 'closed' });
    }
    yield* getDirtyLog(vm, 0, 0);
    if (byHand) yield* clearDirtyLog(vm, 0, 0, 0, 1, [GFN]);
    yield POINT;
    sent.set(host.frames.read(page));
  }
  engine.spawn('vCPU 0', vm.createVcpu().write(GFN, WRITTEN, false));
  engine.spawn('migration', migration());
  return {
    properties: [
      {
        name: 'what was not sent is in the log',
        when: 'finally',
        check: () =>
          sent.get() === host.frames.read(page) ||
          vm.memslots.set.byId(0)!.dirty!.has(GFN) ||
          `${sent.get()} was sent, the page holds ${WRITTEN}, and the log is empty`,
      },
    ],
  };
}

export const dirtyLogging: readonly Check[] = [
  { name: 'a page that was never touched is logged when a fault maps it', build: e => world(e, 'absent') },
  { name: 'a page that was protected is logged by the fast fault', build: e => world(e, 'protected') },
  { name: 'a page that was written is protected when the log is read', build: e => world(e, 'written') },
  { name: 'a page is protected when userspace clears it', build: e => world(e, 'cleared by hand') },
  { name: 'a page that is mapped is protected when logging begins', build: e => world(e, 'not logged') },
];
