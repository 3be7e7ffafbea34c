/** The two machines that rates were published for, and the pages they fault on. */
import { PAGING_COSTS, SECOND_MACHINE } from '../../costs/paging.ts';
import { COST_TABLE } from '../../costs/table.ts';
import { demandPaging } from '../../workloads/demandPaging/demandPaging.ts';
import type { PagingCosts, PagingResult, PagingShape } from '../../workloads/demandPaging/paging.ts';

export type Machine = 'moorthy' | 'houghton';

export interface PagingSetup {
  readonly machine: Machine;
  readonly memory: 'anonymous' | 'shmem';
  /** Bytes of a page. */
  readonly pageBytes: number;
}

const BASE_PAGE = 4096;

/** ns of KVM_SET_MEMORY_ATTRIBUTES on one page, without its locks. */
export const ATTRIBUTE_NS = COST_TABLE.setAttributes.value + COST_TABLE.attributeEntry.value;

/** ns to make a page: nothing where it is in the page cache already, else an allocation and its bytes. */
function pageNs({ memory, pageBytes }: PagingSetup): number {
  if (memory === 'shmem') return 0;
  const { allocate, bytesPerNs } = PAGING_COSTS;
  return allocate.value + (pageBytes - BASE_PAGE) / bytesPerNs.value;
}

/** What a machine takes, in ns. */
export function pagingCosts(setup: PagingSetup): PagingCosts {
  const { fault, exit, fill, reader, wake, line, cleanLine } = PAGING_COSTS;
  const second = setup.machine === 'houghton';
  const slower = second ? SECOND_MACHINE.slower.value : 1;
  return {
    fault: fault.value * slower,
    exit: exit.value * slower,
    fill: fill.value * slower,
    reader: reader.value * slower,
    page: pageNs(setup),
    wake: wake.value,
    line: second ? SECOND_MACHINE.line.value : line.value,
    cleanLine: cleanLine.value,
    attribute: ATTRIBUTE_NS * slower,
  };
}

/** Faults that a rate is measured over: enough for each vCPU to have some. */
export function faultsFor(vcpus: number): number {
  return 1000 + 6 * vcpus;
}

/** Runs demand paging on a machine, with some of its costs changed. */
export function runPaging(
  setup: PagingSetup,
  shape: Omit<PagingShape, 'faults'>,
  changed: Partial<PagingCosts> = {},
): PagingResult {
  return demandPaging({ ...shape, faults: faultsFor(shape.vcpus) }, { ...pagingCosts(setup), ...changed });
}
