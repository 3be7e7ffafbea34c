/**
 * What demand paging costs on the two machines that rates were published for.
 *
 * They stand apart from the cost table because each is a constant of one machine: the table's are of the host that
 * the recordings come from.
 */
import { CHRISTOPHERSON_EXIT, RECORDED_TIMING } from '../evidence/sources.ts';
import { assumed, fitted, sourced } from './cost.ts';
import { COST_TABLE } from './table.ts';

const FITTED_ON = 'six rates of the first machine: both columns at 1, 2 and 8 vCPUs';

/** Constants of the first machine (256 CPUs, Moorthy). Four are fitted, all of them on the same six rates. */
export const PAGING_COSTS = {
  fault: assumed(
    1200,
    'A touch, its exit, KVM’s share and the entry, without what other CPUs write',
    `nobody published it for this machine; twice the bare exit of ${CHRISTOPHERSON_EXIT.title}. The rates tell only its sum with the next`,
    [577, 2634],
  ),
  exit: fitted(1294, 'A touch that KVM answers by leaving KVM_RUN, and calling it again', FITTED_ON),
  reader: fitted(2139, 'A reader’s wait and read, without their locks', FITTED_ON),
  wake: fitted(329, 'Waking a thread, for the one who wakes; it runs as much later', FITTED_ON),
  line: fitted(270, 'Bringing a cache line that another CPU has written', FITTED_ON),
  cleanLine: assumed(
    20,
    'Bringing a line that another CPU has fetched since it was written',
    'of the order of a hit in the last level of cache',
    [10, 100],
  ),
  fill: sourced(
    COST_TABLE.uffdFill.value,
    'UFFDIO_CONTINUE or UFFDIO_COPY, without its page and its locks',
    RECORDED_TIMING,
    'as in the cost table',
    [200, 1500],
  ),
  allocate: sourced(
    COST_TABLE.pageAllocate.value,
    'Allocating a 4 KiB page and writing all of it',
    RECORDED_TIMING,
    'as in the cost table',
    [200, 1500],
  ),
  bytesPerNs: assumed(
    11.82,
    'Filling the bytes of a page beyond its first 4 KiB',
    'clearing 2 MiB pages on an AMD Milan (Ankur Arora, 17 September 2025); a copy also reads',
    [5, 20],
    'bytes/ns',
  ),
} as const;

/** What is different on the second machine (96 CPUs, Houghton). Both are fitted, on one rate each. */
export const SECOND_MACHINE = {
  slower: fitted(
    1.787,
    'Code takes so many times as long as on the first machine',
    'shmem without a trap, 2 vCPUs',
    'times',
  ),
  line: fitted(144, 'Bringing a cache line that another CPU has written', 'shmem without a trap, 64 vCPUs'),
} as const;
