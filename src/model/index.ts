/**
 * The model's public API: what playground programs import as 'faultlines'.
 */
export { COST_TABLE, type Costs, costsWith } from './costs/table.ts';
export { conversionDesigns } from './designs/conversion/index.ts';
export { Engine } from './engine/engine.ts';
export { Link } from './engine/link.ts';
export { Mutex } from './engine/mutex.ts';
export { Random } from './engine/random.ts';
export { RwLock } from './engine/rwLock.ts';
export { SpinLock } from './engine/spinLock.ts';
export { type Actor, BLOCKED, POINT, type Step } from './engine/step.ts';
export { TraceLog } from './engine/trace.ts';
export { WaitQueue } from './engine/waitQueue.ts';
export type { AnyExperiment } from './experiments/experiment.ts';
export { experiments, findExperiment } from './experiments/index.ts';
export { defaults } from './experiments/params.ts';
export type * from './experiments/view.ts';
export { GuestMemfd } from './kvm/guestMemfd.ts';
export { createSlot, deleteSlot } from './kvm/memslotUpdate.ts';
export { buildMachine, type Machine, type MachineOptions } from './machine.ts';
export { findRace, races } from './races/index.ts';
export { playSchedule } from './races/playback.ts';
export { findDesign, type Race, type RaceDesign, searchRace } from './races/race.ts';
export type { FigureOptions } from './show/checks.ts';
export type { RangeSpec } from './show/memoryMap.ts';
export type { AxisSpec, PlotOptions } from './show/plot.ts';
export type { ColumnSpec } from './show/rows.ts';
export { type Show, show, showTo } from './show/show.ts';
export type { LogLevel, LogLine, Shown, Sink } from './show/shown.ts';
export type { TableOptions } from './show/table.ts';
export { MODEL_VERSION } from './version.ts';
export { Vmm } from './workloads/vmm.ts';
