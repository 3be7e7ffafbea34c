import type { Mechanism } from '../../src/components/Mechanisms/mechanism.ts';

const m = 'src/model';

/** Titles of the debates, by folder, in the order of the sidebar. */
export const titles: Readonly<Record<string, string>> = {
  'private-memory': 'Private memory',
  'shared-only': 'Shared-only invalidation',
  pinning: 'Pinned SPTEs',
  'memory-type': 'Guest memory type',
  userfault: 'KVM userfault',
};

const rows: readonly (readonly [
  debate: string,
  what: string,
  files: string[],
  tests: string[],
  page: string,
])[] = [
  [
    'private-memory',
    'Memslots with two backings, and every check of the call that makes them',
    [`${m}/kvm/memslots.ts`, `${m}/kvm/memslotUpdate.ts`],
    [`${m}/uapi/scenarios/memslots.test.ts`],
    '/primer/memslots-and-faults/',
  ],
  [
    'private-memory',
    'Memory attributes: one entry a private page, and what it takes in bytes',
    [`${m}/kvm/attributes/xarray.ts`, `${m}/designs/conversion/attributesIoctl.ts`],
    [`${m}/kvm/attributes/attributes.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'The other ways to record them: slots, the file’s allocation, a table in the slot, a bitmap, shared ranges',
    [
      `${m}/designs/conversion/explicitSlots.ts`,
      `${m}/designs/conversion/fileAllocation.ts`,
      `${m}/designs/conversion/slotTable.ts`,
      `${m}/designs/conversion/bitmap.ts`,
      `${m}/designs/conversion/sharedRanges.ts`,
    ],
    [`${m}/kvm/attributes/attributes.test.ts`, `${m}/experiments/privateMemory/tracking.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'Pending conversions that userspace confirms',
    [`${m}/designs/conversion/pendingConversions.ts`],
    [`${m}/experiments/privateMemory/tracking.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'Conversion in place, in the file',
    [`${m}/designs/conversion/inPlace.ts`],
    [`${m}/experiments/privateMemory/doubleAllocation.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'guest_memfd: binding, holes, allocation, last close',
    [`${m}/kvm/guestMemfd.ts`, `${m}/uapi/gmemFile.ts`],
    [`${m}/uapi/scenarios/guestMemfd.test.ts`],
    '/primer/private-memory/',
  ],
  [
    'private-memory',
    'Discard of the page left behind: at once, later, in batches, never',
    [`${m}/workloads/vmm.ts`],
    [`${m}/experiments/privateMemory/doubleAllocation.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'Firmware that shares pages around each DMA transaction',
    [`${m}/workloads/firmwareBoot.ts`],
    [`${m}/experiments/privateMemory/boot.test.ts`],
    '/debates/private-memory/',
  ],
  [
    'private-memory',
    'The exit that tells the VMM of an access of the other kind',
    [`${m}/kvm/pageFault.ts`, `${m}/kvm/runExit.ts`],
    [`${m}/uapi/scenarios/conversions.test.ts`],
    '/primer/a-fault/',
  ],

  [
    'shared-only',
    'Notifier events by host address, the ranges under way and their sequence',
    [`${m}/host/notifier.ts`, `${m}/kvm/notifier.ts`, `${m}/kvm/invalidation.ts`],
    [`${m}/kvm/faultRace.test.ts`, `${m}/experiments/primer/stories.test.ts`],
    '/primer/notifiers/',
  ],
  [
    'shared-only',
    'A filter by kind, and two roots for TDX',
    [`${m}/kvm/zap.ts`, `${m}/kvm/tdpMmu.ts`],
    [`${m}/kvm/kvm.test.ts`],
    '/debates/shared-only/',
  ],
  [
    'shared-only',
    'WBINVD and WBNOINVD, on all CPUs or on those that ran the VM',
    [`${m}/kvm/cacheFlush.ts`, `${m}/designs/reclaim/flushEveryEvent.ts`],
    [`${m}/experiments/sharedOnly/flushCost.test.ts`],
    '/debates/shared-only/',
  ],
  [
    'shared-only',
    'Flushing when guest_memfd frees pages',
    [`${m}/designs/reclaim/flushOnGmemFree.ts`],
    [`${m}/experiments/sharedOnly/flushCost.test.ts`],
    '/debates/shared-only/',
  ],
  [
    'shared-only',
    'The reverse map: who owns a page, and which kind it is',
    [`${m}/arch/rmp.ts`],
    [`${m}/kvm/kvm.test.ts`],
    '/debates/shared-only/',
  ],
  [
    'shared-only',
    'What raises events: NUMA balancing, KSM, compaction, ballooning',
    [`${m}/workloads/hostEvents.ts`, `${m}/host/ksm.ts`, `${m}/host/migrate.ts`],
    [`${m}/experiments/sharedOnly/flushCost.test.ts`],
    '/debates/shared-only/',
  ],

  [
    'pinning',
    'Pins of host frames, and what a raised count does not stop',
    [`${m}/host/frames.ts`, `${m}/host/migrate.ts`],
    [`${m}/kvm/pinning.test.ts`],
    '/debates/pinning/',
  ],
  [
    'pinning',
    'The moments at which a design may pin or let go',
    [`${m}/kvm/pinning.ts`],
    [`${m}/kvm/pinning.test.ts`],
    '/debates/pinning/',
  ],
  [
    'pinning',
    'Entries that stay pinned after a zap',
    [`${m}/kvm/spte.ts`, `${m}/kvm/tdpMmu.ts`],
    [`${m}/kvm/pinning.test.ts`],
    '/debates/pinning/',
  ],
  [
    'pinning',
    'Deleting and moving slots: invalid for a while, SRCU, zapping all or leaves alone',
    [`${m}/kvm/memslotUpdate.ts`, `${m}/engine/srcu.ts`],
    [`${m}/uapi/scenarios/memslots.test.ts`],
    '/primer/memslots-and-faults/',
  ],
  [
    'pinning',
    'Second-stage tables with a page limit, as in 2020',
    [`${m}/kvm/shadow/shadowMmu.ts`],
    [`${m}/conformance/replay.test.ts`],
    '/debates/pinning/',
  ],
  [
    'pinning',
    'The end of an address space and of a VM',
    [`${m}/kvm/vmLifetime.ts`],
    [`${m}/kvm/pinning.test.ts`],
    '/debates/pinning/',
  ],

  [
    'memory-type',
    'Type of an access on Intel and AMD',
    [`${m}/arch/memoryTypes.ts`, `${m}/arch/eptType.ts`],
    [`${m}/arch/memoryTypes.test.ts`, `${m}/arch/memoryType.test.ts`],
    '/debates/memory-type/',
  ],
  [
    'memory-type',
    'Stage 2 on Arm, with FWB and without',
    [`${m}/arch/stage2Arm.ts`],
    [`${m}/arch/memoryType.test.ts`],
    '/debates/memory-type/',
  ],
  [
    'memory-type',
    'What KVM writes into the entry, release by release',
    [`${m}/designs/memoryType/releases.ts`],
    [`${m}/experiments/memoryType/matrix.test.ts`],
    '/debates/memory-type/',
  ],
  [
    'memory-type',
    'Caches with lines, write-back, flushes and accesses that go past them',
    [`${m}/arch/caches.ts`],
    [`${m}/arch/caches.test.ts`],
    '/primer/memory-types/',
  ],
  [
    'memory-type',
    'dma-bufs as backing of a slot',
    [`${m}/host/dmaBuf.ts`],
    [`${m}/conformance/replay.test.ts`],
    '/debates/memory-type/',
  ],

  [
    'userfault',
    'userfaultfd: two queues with their locks, reading, waking',
    [`${m}/host/userfaultfd.ts`, `${m}/host/userfault.ts`],
    [`${m}/conformance/replay.test.ts`],
    '/primer/post-copy/',
  ],
  [
    'userfault',
    'Copy, zero page, continue, poison, write protection',
    [`${m}/host/uffdFill.ts`, `${m}/host/uffdProtect.ts`],
    [`${m}/conformance/replay.test.ts`],
    '/primer/post-copy/',
  ],
  [
    'userfault',
    'The slot’s bitmap and the exit it makes',
    [`${m}/kvm/userfault.ts`],
    [`${m}/kvm/userfault.test.ts`],
    '/debates/userfault/',
  ],
  [
    'userfault',
    'Asynchronous page faults',
    [`${m}/kvm/asyncFaults.ts`],
    [`${m}/kvm/asyncFaults.test.ts`],
    '/debates/userfault/',
  ],
  [
    'userfault',
    'Accesses by KVM itself',
    [`${m}/kvm/ownAccess.ts`, `${m}/kvm/emulator.ts`],
    [`${m}/kvm/userfault.test.ts`, `${m}/conformance/replay.test.ts`],
    '/debates/userfault/',
  ],
  [
    'userfault',
    'Dirty logging, fetched and cleared',
    [`${m}/kvm/dirtyLogCalls.ts`, `${m}/kvm/dirtyBitmap.ts`],
    [`${m}/experiments/primer/stories.test.ts`],
    '/primer/dirty-logging/',
  ],
];

/** Every mechanism of the threads that the model has. */
export const mechanisms: readonly Mechanism[] = rows.map(([debate, what, files, tests, page]) => ({
  debate,
  what,
  files,
  tests,
  page,
}));
