/** What the running kernel is, as a recording's `meta` says it. */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { RecordingMeta } from '../../src/model/conformance/recording.ts';
import type { Recorder } from './recorder.ts';

/** Capabilities that choose a profile, by their numbers (include/uapi/linux/kvm.h). */
const CAPS: Readonly<Record<string, number>> = {
  NR_MEMSLOTS: 10,
  SYNC_MMU: 16,
  READONLY_MEM: 81,
  MULTI_ADDRESS_SPACE: 118,
  USER_MEMORY2: 231,
  GUEST_MEMFD: 234,
  GUEST_MEMFD_FLAGS: 244,
  MEMORY_ATTRIBUTES: 233,
  VM_TYPES: 235,
  MEMORY_FAULT_INFO: 232,
  PRE_FAULT_MEMORY: 236,
  MANUAL_DIRTY_LOG_PROTECT2: 168,
  DIRTY_LOG_RING: 192,
};

/** Backends, and the module parameter that tells whether hardware walks tables of the second stage. */
const BACKENDS: readonly (readonly [module: string, tables: string])[] = [
  ['kvm_intel', 'ept'],
  ['kvm_amd', 'npt'],
  ['kvm_pvm', ''],
];

/** Asks the kernel. `machine` is a recorder that has begun. */
export async function describeKernel(
  machine: Recorder,
): Promise<RecordingMeta & { readonly kernelRelease: string }> {
  const caps: Record<string, number> = {};
  for (const [name, number] of Object.entries(CAPS))
    caps[name] = Math.max(0, await machine.capability(number));
  // Without what whoever built it has added.
  const [kernelRelease] = /^\d+(\.\d+)+/.exec(release()) ?? ['0.0'];
  const [kernel] = /^\d+\.\d+/.exec(kernelRelease)!;
  return { format: 'kvm-mem-oracle/1', kernel, kernelRelease, backend: backend(), caps };
}

function backend(): string {
  const found = BACKENDS.find(([module]) => existsSync(`/sys/module/${module}`));
  if (found === undefined) return 'unknown';
  const [module, tables] = found;
  const shadow = tables === '' || !isOn(parameter(module, tables));
  const details = ['tdp_mmu', 'mmio_caching'].map(name => `${name}=${parameter('kvm', name)}`).join(', ');
  return `${module} (${shadow ? 'shadow paging' : tables}; ${details})`;
}

function isOn(value: string): boolean {
  return value === 'Y' || value === '1';
}

function parameter(module: string, name: string): string {
  try {
    return readFileSync(`/sys/module/${module}/parameters/${name}`, 'utf8').trim();
  } catch {
    return 'N';
  }
}
