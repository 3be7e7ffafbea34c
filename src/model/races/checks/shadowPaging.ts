/** Faults where KVM shadows the guest's tables, against the host that takes the page away. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { NO_PFN } from '../../host/frames.ts';
import { shadowFault } from '../../kvm/shadow/shadowFault.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import type { Check } from './check.ts';

const GFN = 0;

function world(engine: Engine): World {
  const { vm, mm, host } = raceMachine(engine, { mmu: 'shadow' });
  const shadow = vm.shadow!;
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  function* vcpu(): Actor {
    for (;;) {
      engine.beginAttempt();
      yield POINT;
      if (shadow.translate(GFN, true) !== NO_PFN) return;
      const reader = vm.srcu.enter();
      const fault = yield* shadowFault(vm, GFN, true, null);
      vm.srcu.exit(reader);
      if (fault.kind === 'retry') yield engine.retry();
    }
  }
  engine.spawn('vCPU 0', vcpu());
  engine.spawn('madvise', mm.dontNeed(hva, hva + 1));
  const check = () => {
    const pfn = shadow.translate(GFN, false);
    return pfn === NO_PFN || host.frames.references(pfn) > 0 || `frame ${pfn} is mapped, and free`;
  };
  return { properties: [{ name: 'no shadow entry maps a freed page', when: 'always', check }] };
}

export const shadowPaging: readonly Check[] = [
  { name: 'a shadow fault under an event of the host', build: world },
];
