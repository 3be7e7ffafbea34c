/** Rates of demand paging as published, with 4 KiB pages, and one userfaultfd for all of memory unless it is said. */
import type { Published, Source } from './published.ts';

/** Rates of demand paging with one userfaultfd, with and without exits for missing pages. */
const MOORTHY_RATES: Source = {
  title: 'Anish Moorthy, [PATCH 0/8] Add memory fault exits to avoid slow GUP',
  date: '2023-02-15',
  messageId: '20230215011614.725983-1-amoorthy@google.com',
};

/** Rates of demand paging through KVM userfault, userfaultfd and both. */
const HOUGHTON_RATES: Source = {
  title: 'James Houghton, KVM Userfault, v1, 13 patches',
  date: '2024-12-04',
  messageId: '20241204191349.1730936-1-jthoughton@google.com',
};

/** What a published run was of. */
interface PublishedRun extends Published {
  readonly vcpus: number;
  readonly memory: 'anonymous' | 'shmem';
  /** What made pages present, in the terms of workloads/demandPaging. */
  readonly trap: 'none' | 'userfaultfd' | 'exit and fill' | 'exit';
  /** userfaultfds that the memory is divided among. */
  readonly uffds: number;
  /** Threads that read each of them. */
  readonly readers: number;
}

type Run = Pick<PublishedRun, 'memory' | 'trap'> & {
  readonly readers: 'one' | 'a vCPU each';
  /** Each vCPU's memory has a userfaultfd of its own. */
  readonly uffdEach?: true;
  readonly name: string;
};

function runs(
  run: Run,
  unit: string,
  vcpus: readonly number[],
  values: readonly number[],
  source: Source,
): PublishedRun[] {
  return vcpus.map((n, i) => ({
    name: `${run.name}, ${n} ${n === 1 ? 'vCPU' : 'vCPUs'}`,
    unit,
    value: values[i],
    source,
    vcpus: n,
    memory: run.memory,
    trap: run.trap,
    uffds: run.uffdEach ? n : 1,
    readers: run.readers === 'one' ? 1 : n,
  }));
}

const MOORTHY_VCPUS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Moorthy's table: thousands of pages a second for the whole VM, on 256 CPUs, MINOR faults on shmem. */
export const MOORTHY_TABLE: readonly PublishedRun[] = [
  ...runs(
    { name: 'userfaultfd', memory: 'shmem', trap: 'userfaultfd', readers: 'a vCPU each' },
    '1000 pages/s',
    MOORTHY_VCPUS,
    [150, 191, 210, 155, 130, 108, 86, 62, 36],
    MOORTHY_RATES,
  ),
  ...runs(
    { name: 'exit on missing', memory: 'shmem', trap: 'exit and fill', readers: 'one' },
    '1000 pages/s',
    MOORTHY_VCPUS,
    [340, 477, 809, 1239, 1595, 2299, 3482, 4134, 4012],
    MOORTHY_RATES,
  ),
];

const HOUGHTON_VCPUS = [2, 8, 64];

function houghton(run: Run, values: readonly number[]): PublishedRun[] {
  return runs(run, 'pages/s a vCPU', HOUGHTON_VCPUS, values, HOUGHTON_RATES);
}

/**
 * Houghton's rates on x86: pages a second for each vCPU, on 96 CPUs. Of his rows with many userfaultfds those are left
 * out that use none; they repeat rows with one. So are his rates on arm64, a machine that no constant is fitted on. How
 * many readers each of many userfaultfds had he does not say: the test has one unless it is told otherwise.
 */
export const HOUGHTON_TABLE: readonly PublishedRun[] = [
  ...houghton(
    { name: 'anonymous, no trap', memory: 'anonymous', trap: 'none', readers: 'one' },
    [306845, 220402, 47720],
  ),
  ...houghton(
    { name: 'anonymous, MISSING, 1 reader', memory: 'anonymous', trap: 'userfaultfd', readers: 'one' },
    [90724, 26059, 3029],
  ),
  ...houghton(
    { name: 'anonymous, MISSING', memory: 'anonymous', trap: 'userfaultfd', readers: 'a vCPU each' },
    [86840, 37912, 1664],
  ),
  ...houghton(
    {
      name: 'anonymous, MISSING and KVM userfault',
      memory: 'anonymous',
      trap: 'exit and fill',
      readers: 'one',
    },
    [143021, 104385, 34910],
  ),
  ...houghton(
    { name: 'anonymous, KVM userfault', memory: 'anonymous', trap: 'exit', readers: 'one' },
    [160326, 128247, 39913],
  ),
  ...houghton(
    { name: 'shmem, no trap', memory: 'shmem', trap: 'none', readers: 'one' },
    [375130, 214635, 54420],
  ),
  ...houghton(
    { name: 'shmem, MINOR, 1 reader', memory: 'shmem', trap: 'userfaultfd', readers: 'one' },
    [102336, 31704, 3244],
  ),
  ...houghton(
    { name: 'shmem, MINOR', memory: 'shmem', trap: 'userfaultfd', readers: 'a vCPU each' },
    [97981, 36982, 1673],
  ),
  ...houghton(
    { name: 'shmem, MINOR and KVM userfault', memory: 'shmem', trap: 'exit and fill', readers: 'one' },
    [161835, 113716, 33577],
  ),
  ...houghton(
    { name: 'shmem, KVM userfault', memory: 'shmem', trap: 'exit', readers: 'one' },
    [181972, 131204, 42914],
  ),
  ...houghton(
    {
      name: 'shmem, MINOR, a userfaultfd each',
      memory: 'shmem',
      trap: 'userfaultfd',
      readers: 'one',
      uffdEach: true,
    },
    [102661, 56978, 11300],
  ),
  ...houghton(
    {
      name: 'shmem, MINOR and KVM userfault, a userfaultfd each',
      memory: 'shmem',
      trap: 'exit and fill',
      readers: 'one',
      uffdEach: true,
    },
    [167080, 123461, 48382],
  ),
];
