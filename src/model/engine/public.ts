/**
 * Virtual time, actors, locks, randomness, and the search through every interleaving.
 *
 * @module engine
 */
export { Cell } from './cell.ts';
export type { EngineOptions, SpawnOptions } from './engine.ts';
export { Engine } from './engine.ts';
export {
  type Exploration,
  type ExploredProperty,
  type ExploredStep,
  explore,
} from './explorer/explore.ts';
export type { Program, Property, World } from './explorer/program.ts';
export type { SearchOptions } from './explorer/search.ts';
export { Link } from './link.ts';
export type { MemoryOrder } from './memory/memory.ts';
export { Mutex } from './mutex.ts';
export { Random } from './random.ts';
export { RwLock } from './rwLock.ts';
export type { Scheduler } from './scheduler.ts';
export { SpinLock } from './spinLock.ts';
export { type Actor, BLOCKED, POINT, type Step } from './step.ts';
export type { SliceKind, Trace, TraceCounter, TraceInstant, TraceSlice } from './trace.ts';
export { TraceLog } from './trace.ts';
export { WaitQueue } from './waitQueue.ts';
