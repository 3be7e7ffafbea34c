/** A word of the field, as this site uses it. */
export interface Entry {
  /** Its anchor on the glossary page. */
  readonly id: string;
  readonly term: string;
  /** What it means, in one or two sentences. */
  readonly text: string;
}

/** Every term, by id; the glossary shows them in the order of their names. */
const texts: Readonly<Record<string, readonly [term: string, text: string]>> = {
  asid: [
    'ASID',
    'Address space identifier: tags what belongs to a guest in TLBs and, for SEV, picks its key. Used again only after caches were flushed.',
  ],
  'async-page-fault': [
    'asynchronous page fault',
    'KVM tells the guest that a page is being brought, so that it can run something else, and tells it again when the page is there.',
  ],
  'attr-filter': [
    'attr_filter',
    'What a zap is about: shared mappings, private ones or both. In KVM since Linux 6.14.',
  ],
  clflush: ['CLFLUSH', 'The instruction that writes one cache line back, wherever it is, and drops it.'],
  compaction: [
    'compaction',
    'The host moving pages together to make room for large ones. A page with a long-term pin stays where it is.',
  ],
  'dirty-log': [
    'dirty log',
    'KVM’s record of pages that a guest has written: a bitmap a slot, or a ring a vCPU.',
  ],
  fwb: [
    'FWB',
    'Arm’s force write-back: lets stage 2 make memory write-back whatever the guest’s own tables say.',
  ],
  'in-place-conversion': [
    'in-place conversion',
    'One page of a guest_memfd serving as shared and as private by turns, with the state kept by the file.',
  ],
  'huge-page': ['huge page', '2 MiB or 1 GiB of memory mapped by one entry.'],
  ipat: [
    'IPAT',
    'The ignore-PAT bit of an EPT entry: the entry’s memory type holds and the guest’s choice does not.',
  ],
  ksm: ['KSM', 'The host’s daemon that merges pages of equal contents.'],
  mtrr: [
    'MTRR',
    'Memory type range register: gives ranges of physical addresses a memory type. KVM ignores a guest’s since Linux 6.11.',
  ],
  'numa-balancing': [
    'NUMA balancing',
    'The host taking away access to pages now and then, to see which CPU touches them, and moving them there.',
  ],
  prefault: [
    'prefault',
    'Mapping guest memory before the guest touches it, by KVM_PRE_FAULT_MEMORY since Linux 6.11.',
  ],
  quirk: [
    'quirk',
    'Behaviour of KVM that is kept because guests may rely on it, and that a VMM can turn off.',
  ],
  'self-snoop': [
    'self-snoop',
    'A property of Intel CPUs: they look into their own caches even for accesses of an uncached type. By a commit of 2024 Intel confirmed that such CPUs stay coherent with all caches under mixed types.',
  ],
  'spurious-fault': [
    'spurious fault',
    'A fault that finds its mapping in place, since somebody else was faster. The debates also call so a fault that follows a needless zap.',
  ],
  'sev-es': ['SEV-ES', 'SEV that also encrypts the guest’s registers when it exits.'],
  'userfault-bitmap': [
    'userfault bitmap',
    'A bit a page, in the VMM’s memory, that makes a vCPU leave KVM_RUN where it is set. Proposed as KVM userfault, not merged.',
  ],
  vhost: [
    'vhost',
    'Kernel threads that serve a guest’s virtual devices and reach its memory by host addresses, past the second stage.',
  ],
  wbnoinvd: [
    'WBNOINVD',
    'WBINVD that keeps the lines: modified ones are written back and stay in the cache.',
  ],
  'bounce-buffer': [
    'bounce buffer',
    'Shared memory through which a confidential guest passes data to devices that cannot reach its private memory. Linux calls its pool swiotlb.',
  ],
  conversion: [
    'conversion',
    'Making guest frames private that were shared, or shared that were private. The guest asks, the VMM decides, KVM records.',
  ],
  discard: [
    'discard',
    'Giving the page that a conversion leaves behind back to the host: a hole punched in the guest_memfd, or madvise on shared memory.',
  ],
  'dma-buf': [
    'dma-buf',
    'A buffer of the kernel that devices and processes share by a file descriptor, such as memory of a GPU.',
  ],
  'double-allocation': [
    'double allocation',
    'A guest frame holding two host pages at once, one in its private and one in its shared backing.',
  ],
  ept: ['EPT', 'Extended page tables: Intel’s second stage of translation.'],
  exit: [
    'exit',
    'A vCPU leaving the guest. Most exits end in KVM; some go on to the VMM, such as KVM_EXIT_MMIO and KVM_EXIT_MEMORY_FAULT.',
  ],
  fault: [
    'fault',
    'An access that the second stage of translation does not allow or does not know; KVM handles it by mapping a page, by emulation or by an exit.',
  ],
  gfn: ['gfn', 'Guest frame number: a guest physical address divided by the page size of 4 KiB.'],
  gpa: ['gpa', 'Guest physical address: what the guest takes for the address of its memory.'],
  'guest-memfd': [
    'guest_memfd',
    'A file that KVM makes to back guest memory; no host process maps the private pages in it. Merged in Linux 6.8.',
  ],
  hva: ['hva', 'Host virtual address: where a page lies in the address space of the VMM.'],
  'invalidation-sequence': [
    'invalidation sequence',
    'A counter that a fault reads before it looks a page up and checks again before it maps it: when an invalidation came between, the fault starts over.',
  ],
  memfd: ['memfd', 'An anonymous file in memory, made by memfd_create, that the VMM can map and share.'],
  'memory-attributes': [
    'memory attributes',
    'KVM’s record, a guest frame at a time, of properties that no memslot holds; private or shared is the one that exists. Set by KVM_SET_MEMORY_ATTRIBUTES.',
  ],
  memslot: [
    'memslot',
    'A range of guest frames with what backs it: host virtual addresses, and since Linux 6.8 also a guest_memfd. Set by KVM_SET_USER_MEMORY_REGION, or its successor REGION2, which takes the file.',
  ],
  mmio: [
    'MMIO',
    'Memory-mapped I/O. For a guest: an access to a guest frame that no memslot covers, which KVM or the VMM emulates. For the host: addresses of a device, which a guest may have mapped where the device is assigned to it.',
  ],
  'mmu-lock': [
    'mmu_lock',
    'The lock around a VM’s second-stage tables. Faults may hold it for reading, invalidations hold it for writing.',
  ],
  'mmu-notifier': [
    'mmu notifier',
    'The call by which the host’s memory management tells KVM that host virtual addresses are about to lose their pages.',
  ],
  'noncoherent-dma': [
    'non-coherent DMA',
    'Device access that does not look into the CPUs’ caches. KVM counts the devices of a VM that may do it.',
  ],
  npt: ['NPT', 'Nested page tables: AMD’s second stage of translation.'],
  page: ['page', '4 KiB of memory, unless a larger size is named.'],
  pat: [
    'PAT',
    'Page attribute table: the register by which an x86 guest gives each of its mappings a memory type.',
  ],
  pfn: ['pfn', 'Page frame number: a host physical address divided by the page size.'],
  pin: [
    'pin',
    'Keeping a host page where it is. A raised reference count alone is no long-term pin: migration still tries.',
  ],
  'post-copy': [
    'post-copy',
    'Live migration in which the guest runs at the destination before its memory is there; missing pages are fetched when they are touched.',
  ],
  'private-page': [
    'private page',
    'Memory that only the guest may read: encrypted, or kept from the host by the hardware.',
  ],
  'punch-hole': [
    'punching a hole',
    'fallocate with FALLOC_FL_PUNCH_HOLE: pages of a file go back to the host, and the file keeps its length.',
  ],
  rmp: [
    'RMP',
    'Reverse map table: SNP’s record, a host page at a time, of the guest and guest frame it belongs to.',
  ],
  sev: ['SEV', 'AMD’s Secure Encrypted Virtualization: guest memory is encrypted with a key of the guest.'],
  'shared-page': ['shared page', 'Memory that guest, VMM and devices may all read and write.'],
  snp: [
    'SNP',
    'SEV with Secure Nested Paging: adds integrity by the RMP, and tells private from shared in the fault.',
  ],
  spte: [
    'SPTE',
    'Shadow page-table entry: KVM’s entry in a second-stage table, with the pfn and what may be done with it.',
  ],
  srcu: [
    'SRCU',
    'Sleepable read-copy-update: readers of the memslots are not stopped, an update waits until the old readers are gone.',
  ],
  tdx: [
    'TDX',
    'Intel’s Trust Domain Extensions: private memory under tables of its own, which only the TDX module changes.',
  ],
  uc: ['UC', 'Uncached: each access goes to memory by itself. The strictest type, and the slowest.'],
  userfaultfd: [
    'userfaultfd',
    'A file descriptor through which a process handles page faults of an address space itself: it reads the fault and installs the page.',
  ],
  vcpu: [
    'vCPU',
    'A virtual processor of the guest: a thread of the VMM that runs guest code inside KVM_RUN.',
  ],
  vmm: [
    'VMM',
    'Virtual machine monitor: the process that makes a guest through KVM’s interface, such as QEMU.',
  ],
  wb: ['WB', 'Write-back: the usual type. Reads and writes go to the cache, memory follows later.'],
  wbinvd: [
    'WBINVD',
    'The instruction that writes back all modified lines of a processor’s caches and empties them.',
  ],
  wc: [
    'WC',
    'Write-combining: writes gather in small buffers apart from the caches and go to memory together; reads are not cached.',
  ],
  xarray: [
    'XArray',
    'The kernel’s radix tree of pointers or small values, indexed by a number; memory attributes are kept in one.',
  ],
  'c-bit': [
    'C-bit',
    'The bit of a guest’s page-table entry by which an SEV guest says that a page is encrypted.',
  ],
  'launch-update': [
    'launch update',
    'The command by which SEV’s firmware encrypts, in place, what an SEV guest begins with, such as its own firmware (KVM_SEV_LAUNCH_UPDATE_DATA).',
  ],
  hgm: [
    'high-granularity mapping',
    'Mapping parts of a HugeTLB page one by one, so that post-copy can fill it 4 KiB at a time. Posted in 2022 and 2023, not merged.',
  ],
  hugetlb: [
    'HugeTLB',
    'Huge pages set aside on the host beforehand, which a process maps as a whole and which are neither split nor swapped.',
  ],
  'slots-lock': [
    'slots_lock',
    'The mutex that memslot changes and attribute changes of one VM take, one after the other.',
  ],
  thp: [
    'THP',
    'Transparent huge pages: the host puts small pages together to huge ones by itself, and splits them again.',
  ],
  zap: ['zap', 'Removing an SPTE, so that the next access faults.'],
};

/** All entries, in the order of their names. */
export const entries: readonly Entry[] = Object.entries(texts)
  .map(([id, [term, text]]) => ({ id, term, text }))
  .sort((a, b) => (a.term.toLowerCase() < b.term.toLowerCase() ? -1 : 1));
