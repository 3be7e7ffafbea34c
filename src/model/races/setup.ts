/** Small machines for races, built without running anything: a search builds one for every schedule. */
import type { Profile } from '../arch/profile.ts';
import type { Engine } from '../engine/engine.ts';
import type { Memslot } from '../kvm/memslots.ts';
import type { Vm, VmDesigns } from '../kvm/vm.ts';
import { buildMachine, type Machine } from '../machine.ts';

/** A machine on a search's engine. */
export function raceMachine(
  engine: Engine,
  profile: Partial<Profile>,
  designs: Partial<VmDesigns> = {},
): Machine {
  return buildMachine({ engine, profile, designs });
}

/** Gives a VM a slot as if it had always been there. */
export function placeSlot(vm: Vm, slot: Partial<Memslot> & Pick<Memslot, 'pages'>): Memslot {
  const placed: Memslot = { id: 0, baseGfn: 0, flags: 0, hva: 0, gmem: null, gmemOffset: 0, ...slot };
  vm.memslots.active(0).replace(undefined, placed);
  vm.memslots.inactive(0).replace(undefined, placed);
  if (placed.gmem !== null) placed.gmem.bindings.push(placed);
  return placed;
}
