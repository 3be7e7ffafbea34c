/** A guest whose file has pages of 2 MiB, all of its memory private: what tests of such guests begin with. */
import type { Actor } from '../engine/step.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import type { ConversionDesign } from '../kvm/conversion.ts';
import { GuestMemfd } from '../kvm/guestMemfd.ts';
import { createSlot } from '../kvm/memslotUpdate.ts';
import { buildMachine, type Machine } from '../machine.ts';

/** Pages of its memory. */
const PAGES = 4 * PAGES_PER_2M;

/**
 * Runs a script beside such a guest to its end.
 *
 * @param script given the machine, the file, and the host virtual page of its slot.
 * @throws Error where somebody is blocked at the end.
 */
export function playLargeGuest(
  vmType: 'snp' | 'tdx',
  script: (machine: Machine, gmem: GuestMemfd, hva: number) => Actor,
  conversion?: ConversionDesign,
): Machine {
  const designs = conversion === undefined ? {} : { conversion };
  const machine = buildMachine({ profile: { vmType, gmemHugePages: true }, designs });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const gmem = new GuestMemfd(vm, PAGES);
      const hva = mm.map(PAGES);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
      yield* vm.conversion.convert(0, PAGES, true);
      yield* script(machine, gmem, hva);
    })(),
  );
  engine.run();
  const blocked = engine.blocked();
  if (blocked.length > 0) throw new Error(`blocked at the end: ${blocked.join(', ')}`);
  return machine;
}
