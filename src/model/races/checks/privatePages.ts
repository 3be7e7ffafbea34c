/** Private pages that are freed under a fault: the RMP and the TDX module see nothing that they must not. */
import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import type { Check } from './check.ts';

const GFN = 0;

/** A vCPU faults on a private page while the VMM punches it out of the file. */
function world(engine: Engine, vmType: 'snp' | 'tdx'): World {
  const { vm, mm, host } = raceMachine(engine, { vmType });
  const gmem = new GuestMemfd(vm, 1);
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva, gmem });
  (vm.conversion as TableConversion).store.set(GFN, GFN + 1, true);
  const page = gmem.getPfn(0);
  engine.spawn('vCPU 0', vm.createVcpu().access(GFN, true, true));
  engine.spawn('hole punch', gmem.punchHole(0, 1));
  const check = () =>
    vm.rmp === null ||
    !vm.rmp.isPrivate(page) ||
    host.frames.references(page) > 0 ||
    `frame ${page} is free, and private in the RMP`;
  return { properties: [{ name: 'no frame is freed that is private', when: 'always', check }] };
}

export const privatePages: readonly Check[] = [
  { name: 'SNP: a private page is freed under a fault', build: engine => world(engine, 'snp') },
  { name: 'TDX: a private page is freed under a fault', build: engine => world(engine, 'tdx') },
];
