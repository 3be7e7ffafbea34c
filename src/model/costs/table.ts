/**
 * Every cost constant of the model, once: its value, unit, and where it comes from.
 *
 * Machines take a copy and may override single constants; nothing else in the model holds a duration.
 */
import {
  CHRISTOPHERSON_EXIT,
  HUNTER_TDX,
  KALYAZIN_SRCU,
  MATLACK_BATCH_FLUSH,
  RECORDED_TIMING,
} from '../evidence/sources.ts';
import { assumed, type Cost, fitted, sourced } from './cost.ts';

export const COST_TABLE = {
  vmExit: sourced(
    577,
    'A VM exit and the entry that follows it',
    CHRISTOPHERSON_EXIT,
    'about 1500 cycles, at the 2.6 GHz of the recordings’ host',
    [400, 1500],
  ),
  userExit: sourced(
    5778,
    'Returning from KVM_RUN to the VMM and calling it again',
    RECORDED_TIMING,
    'KVM_RUN with immediate_exit; an MMIO exit there took 27 µs',
    [1000, 27130],
  ),
  systemCall: sourced(
    170,
    'Entering the kernel and returning',
    RECORDED_TIMING,
    'KVM_GET_API_VERSION',
    [50, 400],
  ),
  stage2Fault: sourced(
    2057,
    'KVM’s share of a fault whose page exists, without the exit',
    RECORDED_TIMING,
    'first guest write to an allocated guest_memfd page (2634 ns) less vmExit',
    [500, 4000],
  ),
  hostFault: sourced(
    1171,
    'Making a page present in the host’s page tables',
    RECORDED_TIMING,
    'first guest write to a memfd page that is in the page cache (3805 ns) less the same on guest_memfd',
    [300, 2500],
  ),
  pageAllocate: sourced(
    761,
    'Allocating a 4 KiB page and filling it with zeros',
    RECORDED_TIMING,
    'first guest write to an absent guest_memfd page (3395 ns) less the same on a present one',
    [200, 1500],
  ),
  fileHolePunch: sourced(
    4601,
    'fallocate(PUNCH_HOLE) on shared memory, without its pages and without KVM’s share',
    RECORDED_TIMING,
    'memfd holes of 1 and 16 pages (5548 and 19750 ns), extrapolated to none',
    [1000, 10000],
  ),
  fileHolePage: sourced(
    947,
    'Each page of such a hole',
    RECORDED_TIMING,
    'the slope of the same two',
    [200, 2000],
    'ns/page',
  ),
  dontNeed: sourced(
    1928,
    'madvise(MADV_DONTNEED), without its pages and without KVM’s share',
    RECORDED_TIMING,
    '1 and 16 host-mapped pages (2183 and 6009 ns), extrapolated to none',
    [500, 4000],
  ),
  dontNeedPage: sourced(
    255,
    'Each page of such a call',
    RECORDED_TIMING,
    'the slope of the same two',
    [100, 600],
    'ns/page',
  ),
  mmapCall: sourced(
    1383,
    'mmap of anonymous memory, or moving a mapping, without its pages',
    RECORDED_TIMING,
    'host mmap anon, 512 pages',
    [500, 3000],
  ),
  munmapCall: sourced(
    1593,
    'munmap, without its pages',
    RECORDED_TIMING,
    'host munmap of 512 untouched pages',
    [500, 3000],
  ),
  munmapPage: sourced(
    261,
    'Each page that is mapped where munmap or mprotect passes',
    RECORDED_TIMING,
    'host munmap of 512 touched pages (134972 ns) less the same untouched, a page',
    [100, 600],
    'ns/page',
  ),
  mprotectCall: assumed(
    1593,
    'mprotect, without its pages',
    'taken as long as munmap; a pair of them on one page took 6.1 µs in a nested guest',
    [500, 5000],
  ),
  migratePage: assumed(
    1500,
    'Copying a page to another frame and putting its entries back',
    'nobody published it; an allocation and a copy of 4 KiB, twice',
    [500, 10000],
  ),
  uffdFill: sourced(
    340,
    'UFFDIO_COPY and its like, without their pages',
    RECORDED_TIMING,
    'UFFDIO_COPY of one page (1101 ns) less allocating it',
    [200, 1500],
  ),
  uffdFillPage: sourced(
    761,
    'Each page that is filled',
    RECORDED_TIMING,
    'taken as long as allocating it and filling it with zeros',
    [200, 1500],
    'ns/page',
  ),
  uffdWriteProtect: assumed(
    3200,
    'UFFDIO_WRITEPROTECT, without its pages',
    'half of protecting and giving back one page in a nested guest, 6.5 µs',
    [500, 6500],
  ),
  uffdWriteProtectPage: assumed(
    13,
    'Each page of it',
    'half of 27 ns for protecting and giving back each further page there',
    [5, 100],
    'ns/page',
  ),
  uffdRegister: assumed(
    1593,
    'UFFDIO_REGISTER and UFFDIO_UNREGISTER',
    'taken as long as munmap, which splits and merges mappings alike',
    [500, 10000],
  ),
  uffdQueue: assumed(
    100,
    'Putting a fault on the queue, with its lock held',
    'nobody published it; a few writes to lines that another CPU wrote last',
    [20, 1000],
  ),
  uffdLockHandoff: assumed(
    60,
    'Handing a queue’s lock of userfaultfd to the next waiter, for each that waits',
    'nobody published it; a transfer of a cache line between cores',
    [0, 1000],
  ),
  wakeSleeper: sourced(
    16183,
    'From waking a thread until it runs',
    RECORDED_TIMING,
    'a guest read that userfaultfd resolves (37091 ns) less one it does not (3625) and the copy (1101), halved: a wake-up each way',
    [1000, 20000],
  ),
  gmemHolePunch: sourced(
    1865,
    'fallocate(PUNCH_HOLE) on guest_memfd, without its pages and without zapping',
    RECORDED_TIMING,
    'holes of 1 and 16 unmapped pages (2324 and 9203 ns), extrapolated to none',
    [500, 4000],
  ),
  gmemHolePage: sourced(
    459,
    'Each page of such a hole',
    RECORDED_TIMING,
    'the slope of the same two',
    [100, 1000],
    'ns/page',
  ),
  gmemAllocate: sourced(
    1423,
    'fallocate of one guest_memfd page',
    RECORDED_TIMING,
    'fallocate of 1 page',
    [500, 3000],
  ),
  zap: sourced(
    591,
    'KVM’s share of a notifier event on one mapped page: lock, zap, TLB flush',
    RECORDED_TIMING,
    'madvise on a guest-mapped page (2774 ns) less the same on a host-mapped one',
    [200, 5000],
  ),
  recoverTable: sourced(
    36_583,
    'Replacing a table of small pages by a large one when logging ends, without the flush',
    MATLACK_BATCH_FLUSH,
    '4.795 s for 131,072 tables and 76 flushes, in a guest with 64 vCPUs',
    [5000, 110_000],
    'ns/table',
  ),
  setAttributes: assumed(
    1865,
    'KVM_SET_MEMORY_ATTRIBUTES on a page, without zapping',
    'nobody published it; taken as long as a guest_memfd hole punch, which takes the same locks',
    [500, 10000],
  ),
  attributeEntry: assumed(
    50,
    'Reserving and storing one entry of the attribute XArray',
    'nobody published it; a walk of a few cached nodes',
    [10, 300],
    'ns/page',
  ),
  memslotCreate: sourced(
    14192,
    'Creating a memslot of 16 pages while no vCPU runs',
    RECORDED_TIMING,
    'memslot create, 16 pages',
    [5000, 46700],
  ),
  memslotDelete: sourced(
    21522,
    'Deleting a memslot of 16 pages while no vCPU runs',
    RECORDED_TIMING,
    'memslot delete, 16 pages, nothing mapped; 277 µs in the median under four spinning vCPUs elsewhere',
    [8000, 277000],
  ),
  memslotMove: sourced(
    23605,
    'Moving a memslot of 512 pages while no vCPU runs',
    RECORDED_TIMING,
    'memslot move, 512 pages',
    [8000, 277000],
  ),
  memslotFlags: sourced(
    9304,
    'Turning dirty logging of a memslot on or off while no vCPU runs',
    RECORDED_TIMING,
    'memslot toggle LOG_DIRTY, 512 pages; 72 µs in the median under four spinning vCPUs elsewhere',
    [3000, 72400],
  ),
  dirtyLogGet: sourced(
    3265,
    'Reading the dirty log of a slot of 1024 pages',
    RECORDED_TIMING,
    'KVM_GET_DIRTY_LOG, 64 pages dirty',
    [1000, 20000],
  ),
  gmemCreate: sourced(1612, 'KVM_CREATE_GUEST_MEMFD', RECORDED_TIMING, 'KVM_CREATE_GUEST_MEMFD', [500, 5000]),
  gmemClose: sourced(
    1632,
    'Closing an empty guest_memfd',
    RECORDED_TIMING,
    'close of guest_memfd, empty',
    [500, 5000],
  ),
  srcuGrace: sourced(
    6000,
    'An expedited SRCU grace period with no reader in the way',
    KALYAZIN_SRCU,
    '6 µs typical, 16 µs at most, on x86',
    [1000, 16000],
  ),
  rmpUpdate: assumed(
    1000,
    'RMPUPDATE of a 4 KiB page',
    'nobody published it; of the order of a memory access and a broadcast TLB flush',
    [200, 10000],
  ),
  psmash: assumed(
    1000,
    'PSMASH: an RMP entry of 2 MiB becomes 512 of 4 KiB',
    'nobody published it; taken as long as RMPUPDATE',
    [200, 100_000],
  ),
  launchUpdate: assumed(
    10_000,
    'SNP_LAUNCH_UPDATE: the firmware measures a 4 KiB page and encrypts it',
    'nobody published it; a command to a small processor beside the CPU',
    [1000, 1_000_000],
  ),
  copyPage: assumed(
    400,
    'Copying a 4 KiB page from the VMM to another frame',
    'nobody published it; some 10 GB/s',
    [200, 2000],
  ),
  rmpLookup: assumed(
    100,
    'Reading the RMP entry of a frame before zapping an SPTE of it',
    'nobody published it; a read of memory that no cache holds',
    [10, 5000],
  ),
  pvalidate: assumed(
    1000,
    'PVALIDATE of a 4 KiB page by the guest',
    'nobody published it; taken as long as RMPUPDATE',
    [200, 10000],
  ),
  tdxPageRemove: sourced(
    15_300,
    'Taking a private 4 KiB page from a TDX guest that can run: block, track, kick, remove',
    HUNTER_TDX,
    '72 s for 18 GB with 4 vCPUs; 52.8 µs for 400 GB with 64',
    [5000, 60000],
    'ns/page',
  ),
  tdxDemote: assumed(
    15_300,
    'Demoting a private page of 2 MiB to 512 small ones: block, track, kick, demote',
    'nobody published it; taken as long as removing a page, which takes the same steps',
    [5000, 60000],
  ),
  tdxAcceptLarge: assumed(
    119_000,
    'TDG.MEM.PAGE.ACCEPT of a 2 MiB page by the guest, which fills it with zeros',
    'nobody published it; as long as clearing 2 MiB at 17.6 GB/s',
    [20_000, 1_000_000],
  ),
  tdxAccept: assumed(
    2000,
    'TDG.MEM.PAGE.ACCEPT of a 4 KiB page by the guest, with the #VE before it',
    'nobody published it; a call of the TDX module took about 7 µs in 2022',
    [500, 10000],
  ),
  cacheFlushPage: assumed(
    2000,
    'CLFLUSH over the 64 lines of a page',
    'nobody published it; 64 write-backs at some 30 ns each',
    [500, 10000],
  ),
  refillCache: assumed(
    460_000,
    'Fetching the lines again that WBINVD dropped, for each CPU',
    'nobody published it; taken as long as writing them back',
    [0, 5_000_000],
  ),
  restOfBoot: fitted(
    31_128_000_000,
    'Everything a boot does that is not converting memory',
    '32 s, the boot without fd-based memory',
  ),
  flushAllCpus: fitted(
    462_350,
    'WBINVD on every CPU, as long as the caller waits for it',
    '103 s, the boot with discards of both sides',
  ),
  uncachedStore: fitted(
    2422,
    'An uncached access of 8 bytes, on Sapphire Rapids in a guest',
    '1.24 s, a copy of 4,096,000 bytes to UC- memory',
  ),
  combinedLine: fitted(
    156,
    'Sending a full write-combining buffer of 64 bytes, there',
    '0.01 s, the same copy to WC memory',
  ),
  cachedLine: assumed(
    6,
    'Moving a line of 64 bytes between cache and memory, in a stream',
    'nobody published it for that machine; some 10 GB/s',
    [1, 100],
  ),
  hostTypeWalk: assumed(
    200,
    'Walking the host’s page table at a fault to read a mapping’s type',
    'nobody published it; four dependent reads of which some miss',
    [20, 2000],
  ),
  sevRestOfBoot: fitted(
    5_768_511_000,
    'Everything in the start of an SEV guest that does not grow with its memory',
    '6.16 s, 4 GiB pinned up front',
  ),
  sevPageIn: fitted(
    358,
    'Bringing in a page of such a guest and pinning it, on that machine',
    '24.56 s, 192 GiB pinned up front',
    'ns/page',
  ),
  sevStage2Fault: fitted(
    376,
    'KVM’s share of a fault of such a guest, on that machine',
    '6.80 s, 192 GiB pinned on fault',
  ),
  sevSlowness: fitted(
    2.222,
    'How many times as long a page takes on an older machine',
    '14 s, 60 GiB pinned up front',
    'times',
  ),
  sevOtherRest: fitted(
    952_253_000,
    'Everything in a start there that does not grow with memory',
    '1 s, 4 GiB pinned on fault',
  ),
} satisfies Record<string, Cost>;

/** The constants by name, as plain numbers: what a machine reads. */
export type Costs = { readonly [Name in keyof typeof COST_TABLE]: number };

/** Names of the constants. */
export type CostName = keyof Costs;

const DEFAULTS = Object.freeze(
  Object.fromEntries(Object.entries(COST_TABLE).map(([name, cost]) => [name, cost.value])),
) as Costs;

/** The values of the table, some of them replaced. */
export function costsWith(overrides: Partial<Costs> = {}): Costs {
  return Object.keys(overrides).length === 0 ? DEFAULTS : { ...DEFAULTS, ...overrides };
}
