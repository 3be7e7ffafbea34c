/** What KVM did on Intel, release by release (vmx_get_mt_mask, arch/x86/kvm/vmx/vmx.c). */
import type { EptType } from '../../arch/memoryType.ts';
import {
  CHRISTOPHERSON_HONOUR_PAT,
  IGNORE_PAT_QUIRK,
  REVERT_HONOUR_PAT,
  WU_KVM_MEM_DMA,
  ZAP_ON_NONCOHERENT,
} from '../../evidence/sources.ts';
import type { MemoryTypeDesign } from '../../kvm/memoryType.ts';

/** The guest's PAT decides; write-back is what it is combined with. */
export const HONOUR: EptType = { type: 'WB', ignorePat: false };
/** Write-back whatever the guest says. */
export const FORCE_WB: EptType = { type: 'WB', ignorePat: true };
/** The guest may still ask for WC, and for nothing that is cached. */
export const DEVICE: EptType = { type: 'UC', ignorePat: false };

/** As the thread of February 2020 found it. */
export const release2020: MemoryTypeDesign = {
  name: '5.6',
  title: '2020: write-back forced, the guest’s MTRRs with non-coherent DMA',
  mail: WU_KVM_MEM_DMA,
  leaf(q) {
    if (q.isMmio) return DEVICE;
    if (!q.noncoherentDma) return FORCE_WB;
    if (q.cacheDisabled) return { type: q.cdQuirk ? 'WB' : 'UC', ignorePat: true };
    return { type: q.guestMtrr, ignorePat: false };
  },
};

/** CR0.CD with its quirk ignores the PAT no longer. */
export const release67: MemoryTypeDesign = {
  name: '6.7',
  title: '6.7: the same, but a guest with caches disabled keeps its PAT under the quirk',
  mail: ZAP_ON_NONCOHERENT,
  leaf(q) {
    if (q.noncoherentDma && !q.isMmio && q.cacheDisabled && q.cdQuirk) return HONOUR;
    return release2020.leaf(q);
  },
};

/** Self-snoop is enough to honour the guest: in release candidates only. */
export const release611rc: MemoryTypeDesign = {
  name: '6.11-rc1',
  title: '6.11-rc1: the guest’s PAT wherever the CPU has self-snoop',
  mail: CHRISTOPHERSON_HONOUR_PAT,
  leaf(q) {
    if (q.isMmio) return DEVICE;
    return q.noncoherentDma || q.selfSnoop ? HONOUR : FORCE_WB;
  },
};

/** MTRRs have no say any more; write-back is forced again. */
export const release611: MemoryTypeDesign = {
  name: '6.11',
  title: '6.11: write-back forced again, the guest’s MTRRs without effect',
  mail: REVERT_HONOUR_PAT,
  leaf(q) {
    if (q.isMmio) return DEVICE;
    return q.noncoherentDma ? HONOUR : FORCE_WB;
  },
};

/** The VMM may turn forcing off, where the CPU has self-snoop. */
export const release616: MemoryTypeDesign = {
  name: '6.16',
  title: '6.16: a quirk, which the VMM may turn off where the CPU has self-snoop',
  mail: IGNORE_PAT_QUIRK,
  leaf(q) {
    if (q.isMmio) return DEVICE;
    return q.noncoherentDma || (q.selfSnoop && !q.patQuirk) ? HONOUR : FORCE_WB;
  },
};

/** In the order of releases. */
export const memoryTypeReleases: readonly MemoryTypeDesign[] = [
  release2020,
  release67,
  release611rc,
  release611,
  release616,
];
