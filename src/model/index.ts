/**
 * The model's public API: what playground programs import as 'faultlines'.
 */
export * from './arch/public.ts';
export * from './costs/public.ts';
export * from './designs/public.ts';
export * from './engine/public.ts';
export * from './experiments/public.ts';
export * from './host/public.ts';
export * from './kvm/public.ts';
export { buildMachine, type Machine, type MachineOptions } from './machine.ts';
export * from './races/public.ts';
export * from './show/public.ts';
export { MODEL_VERSION } from './version.ts';
export * from './workloads/public.ts';
