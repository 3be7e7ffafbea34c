/**
 * The host kernel below KVM: migration and userfaultfd.
 *
 * @module host
 */

export type { AddressSpace } from './addressSpace.ts';
export type { Host } from './host.ts';
export type { MigrationResult } from './migrate.ts';
export { migratePage } from './migrate.ts';
export type { HostRange } from './notifier.ts';
export { fillRange } from './uffdFill.ts';
export { registerRange } from './uffdRegister.ts';
export { readUserfaultfd, wakeUserfaults } from './userfault.ts';
export type { UffdMessage } from './userfaultfd.ts';
export { Userfaultfd } from './userfaultfd.ts';
export { VM_UFFD_MISSING } from './vma.ts';
