/**
 * Pins kept in the SPTEs themselves, taken by the fault that installs them: the RFC of July 2020, what is known of the
 * fixes of October, and what it would take for a pin to outlive every zap.
 */

import type { Source } from '../../evidence/published.ts';
import { CHRISTOPHERSON_PINNED_SPTES, SINGH_OCTOBER } from '../../evidence/sources.ts';
import type { Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';
import type { ZapReason } from '../../kvm/zap.ts';

/** Which reasons for zapping an SPTE leave its pin alone. */
type Outlives = (reason: ZapReason) => boolean;

class PinnedSptes implements Pinning {
  readonly keepsTables: boolean;
  private readonly vm: Vm;
  private readonly outlives: Outlives;

  constructor(vm: Vm, outlives: Outlives) {
    this.keepsTables = outlives('recycle');
    this.vm = vm;
    this.outlives = outlives;
  }

  installing(_gfn: number, pfn: number, kept: number): boolean {
    // The RFC raises the reference count, which keeps compaction away without asking it to stay away.
    if (kept !== pfn) this.vm.host.frames.get(pfn);
    return true;
  }

  zapping(gfn: number, pfn: number, pinned: boolean, reason: ZapReason): 'drop' | 'keep-pinned' {
    return pinned ? this.dropping(gfn, pfn, reason) : 'drop';
  }

  dropping(_gfn: number, pfn: number, reason: ZapReason): 'drop' | 'keep-pinned' {
    if (this.outlives(reason)) return 'keep-pinned';
    this.vm.host.frames.put(pfn);
    return 'drop';
  }

  /** A bit in the SPTE costs nothing. */
  metadataBytes(): number {
    return 0;
  }
}

function pinnedSptes(name: string, title: string, mail: Source, outlives: Outlives): PinningDesign {
  return { name, title, mail, create: vm => new PinnedSptes(vm, outlives) };
}

/** A notifier event leaves the entry behind as PINNED and not present; whatever drops it lets the page go. */
export const pinnedSptesRfc = pinnedSptes(
  'sptes-rfc',
  'In the SPTE, as posted (July 2020)',
  CHRISTOPHERSON_PINNED_SPTES,
  reason => reason === 'notifier',
);

/**
 * With the fixes of October, of which only the outcome was reported. Taken to be what the answer of August had asked
 * for: no recycling of tables with pinned entries, no dropping of large ones. A slot update still drops everything.
 */
export const pinnedSptesOctober = pinnedSptes(
  'sptes-october',
  'In the SPTE, with fixes as of October 2020',
  SINGH_OCTOBER,
  reason => reason === 'notifier' || reason === 'recycle' || reason === 'resize',
);

/** PINNED survives every zap until the VM goes. Nobody posted it: it is what would be left to do. */
export const pinnedSptesSurviving = pinnedSptes(
  'sptes-surviving',
  'In the SPTE, surviving every zap (not posted)',
  SINGH_OCTOBER,
  reason => reason !== 'end',
);
