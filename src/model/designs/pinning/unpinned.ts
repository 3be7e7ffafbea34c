/** Encrypted pages that nobody pins: firmware moves them, or they lie where nothing is moved. */
import type { Actor } from '../../engine/step.ts';
import { CHRISTOPHERSON_FD_PINS, SINGH_FIRMWARE } from '../../evidence/sources.ts';
import { EINVAL } from '../../host/errno.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';

/**
 * Pages may be moved, and firmware encrypts each anew for its new place. The mail says that SEV's firmware can, from 0.17
 * on; how the host's migration would come to call it nobody posted. Here it is told of each page that migration moves,
 * and of no other copy.
 */
export const firmwareMove: PinningDesign = {
  name: 'firmware-move',
  title: 'Not pinned: firmware moves pages (0.17 and later, named in August 2020)',
  mail: SINGH_FIRMWARE,
  memory: 'mapped',
  forEncrypted: true,
  create: vm => ({
    moved: (_from, to) => vm.host.frames.rebind(to),
    metadataBytes: () => 0,
  }),
};

/**
 * Memory of guest_memfd is not on the lists that the host's migration takes pages from, so that there is nothing to pin.
 * What is private is told by the conversion design, whose table is not counted here.
 */
export const pinnedByFile: PinningDesign = {
  name: 'guest-memfd',
  title: 'Not pinned: guest_memfd, whose pages do not move (2022; 6.8 for SNP and TDX)',
  mail: CHRISTOPHERSON_FD_PINS,
  memory: 'guest_memfd',
  create: () => ({
    // biome-ignore lint/correctness/useYield: there is nothing to wait for
    *slotCreated(slot: Memslot): Actor<number> {
      return slot.gmem === null ? -EINVAL : 0;
    },
    metadataBytes: () => 0,
  }),
};
