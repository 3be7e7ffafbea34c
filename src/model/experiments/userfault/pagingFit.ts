/** How well demand paging meets the two published tables, and how a scaling law does on the first. */
import { HOUGHTON_TABLE, MOORTHY_TABLE } from '../../evidence/paging.ts';
import { compare, type Evidence } from '../../evidence/published.ts';
import { runPaging } from './pagingMachine.ts';
import { fitScalability } from './scalabilityLaw.ts';

type Run = (typeof MOORTHY_TABLE)[number];

/** vCPU counts of the first table that its four constants were fitted on. */
const FITTED_VCPUS = [1, 2, 8];

/** Whether a constant was fitted on a published run. */
export function isFitted(run: Run): boolean {
  if (MOORTHY_TABLE.includes(run)) return FITTED_VCPUS.includes(run.vcpus);
  return run.memory === 'shmem' && run.trap === 'none' && run.vcpus !== 8;
}

/** The first table beside the model. */
export function firstTable(): Evidence[] {
  return MOORTHY_TABLE.map(run => {
    const setup = { machine: 'moorthy', memory: run.memory, pageBytes: 4096 } as const;
    return compare(run, 1e6 / runPaging(setup, run).nsPerPage, isFitted(run));
  });
}

/** The second table beside the model. */
export function secondTable(): Evidence[] {
  return HOUGHTON_TABLE.map(run => {
    const setup = { machine: 'houghton', memory: run.memory, pageBytes: 4096 } as const;
    const { nsPerPage } = runPaging(setup, run);
    return compare(run, 1e9 / nsPerPage / run.vcpus, isFitted(run));
  });
}

/** The first table beside the universal scalability law, a column at a time, fitted on the same points. */
export function scalabilityTable(): Evidence[] {
  return (['userfaultfd', 'exit and fill'] as const).flatMap(trap => {
    const column = MOORTHY_TABLE.filter(run => run.trap === trap);
    const law = fitScalability(column.filter(isFitted).map(run => ({ n: run.vcpus, rate: run.value })));
    return column.map(run => compare(run, law(run.vcpus), isFitted(run)));
  });
}
