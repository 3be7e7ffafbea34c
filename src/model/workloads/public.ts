/**
 * Actors that exercise a machine.
 *
 * @module workloads
 */

export type { VmmOptions } from './vmm.ts';
export { Vmm } from './vmm.ts';
