/** Scenarios of the kernel's selftests that this machine has no place for, each with the reason. */
export interface LeftOut {
  readonly id: string;
  /** The selftest it is of. */
  readonly selftest: string;
  /** What it does, and why the machine cannot. */
  readonly reason: string;
}

const ARM =
  'The vCPU has no instructions of its own and no stage-1 walk: the access kinds of the test (compare-and-swap, DC ZVA, AT, exec) and its count of walks have nothing to stand on.';
export const leftOut: readonly LeftOut[] = [
  ...['A01', 'A02', 'A03', 'A04', 'A06', 'A07'].map(id => ({
    id,
    selftest: 'page_fault_test (arm64)',
    reason: ARM,
  })),
];
