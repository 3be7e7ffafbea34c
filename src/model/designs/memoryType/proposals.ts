/** What was proposed on the lists for a guest's memory type on Intel, merged or not. */
import {
  CHRISTOPHERSON_DIRTY_LOG,
  TIAN_HOST_TYPE,
  WU_ALWAYS_HONOUR,
  WU_DMA_BUF,
  WU_KVM_MEM_DMA,
} from '../../evidence/sources.ts';
import type { MemoryTypeDesign, MemoryTypeQuestion } from '../../kvm/memoryType.ts';
import { DEVICE, FORCE_WB, HONOUR, release611rc, release616, release2020 } from './releases.ts';

/** Honours the guest in some pages, and does as in 2020 elsewhere. */
function honouring(where: (question: MemoryTypeQuestion) => boolean): MemoryTypeDesign['leaf'] {
  return question => (!question.isMmio && where(question) ? HONOUR : release2020.leaf(question));
}

export const forceWriteBack: MemoryTypeDesign = {
  name: 'write-back',
  title: 'Write-back for all (as it was)',
  mail: WU_KVM_MEM_DMA,
  leaf: question => (question.isMmio ? DEVICE : FORCE_WB),
};

export const slotFlag: MemoryTypeDesign = {
  name: 'slot-flag',
  title: 'A flag of the slot, KVM_MEM_DMA (February 2020)',
  mail: WU_KVM_MEM_DMA,
  leaf: honouring(question => question.slotMarked),
};

export const slotFlagNoDirtyLog: MemoryTypeDesign = {
  name: 'slot-flag-no-dirty-log',
  title: 'The flag, off while dirty logging is on (February 2020)',
  mail: CHRISTOPHERSON_DIRTY_LOG,
  leaf: honouring(question => question.slotMarked && !question.dirtyLogging),
};

/** The host's type for the slot, whatever the guest says: only Intel's ignore-PAT bit can do it. */
export const forcedBySlot: MemoryTypeDesign = {
  name: 'forced-by-slot',
  title: 'One type forced for a slot (February 2020, given up for AMD)',
  mail: TIAN_HOST_TYPE,
  leaf(question) {
    if (question.isMmio || !question.slotMarked) return release2020.leaf(question);
    const { hostMapping } = question;
    return { type: hostMapping === 'UC-' ? 'UC' : hostMapping, ignorePat: true };
  },
};

/** The same signal as a flag, from the file instead of the slot, so that one slot can hold many buffers. */
export const dmaBuf: MemoryTypeDesign = {
  name: 'dma-buf',
  title: 'A dma-buf handed to KVM, for part of a slot too (February 2020)',
  mail: WU_DMA_BUF,
  leaf: honouring(question => question.slotMarked),
};

export const hostType: MemoryTypeDesign = {
  name: 'host-type',
  title: 'Read from the host’s page table, page by page (February 2020)',
  mail: TIAN_HOST_TYPE,
  leaf: honouring(({ hostMapping }) => hostMapping === 'WC' || hostMapping === 'UC' || hostMapping === 'UC-'),
  walksHost: true,
};

export const guestFlushes: MemoryTypeDesign = {
  name: 'guest-flushes',
  title: 'The guest stays write-back and calls for flushes (February 2020)',
  mail: TIAN_HOST_TYPE,
  leaf: forceWriteBack.leaf,
  guestFlushes: true,
};

export const alwaysHonour: MemoryTypeDesign = {
  name: 'always-honour',
  title: 'Always honour, but for MMIO (February 2020)',
  mail: WU_ALWAYS_HONOUR,
  leaf: question => (question.isMmio ? DEVICE : HONOUR),
};

/** Every proposal, in the order in which they were made. */
export const memoryTypeProposals: readonly MemoryTypeDesign[] = [
  forceWriteBack,
  slotFlag,
  alwaysHonour,
  forcedBySlot,
  hostType,
  guestFlushes,
  dmaBuf,
  slotFlagNoDirtyLog,
  release611rc,
  release616,
];
