/**
 * The model's public API: what playground programs import as 'faultlines'.
 */
export { type EffectiveType, type EptType, effectiveUnderEpt, type MemoryType } from './arch/memoryType.ts';
export { COST_TABLE, type Costs, costsWith } from './costs/table.ts';
export { TableConversion } from './designs/conversion/attributesIoctl.ts';
export { conversionDesigns } from './designs/conversion/index.ts';
export { memoryTypeReleases } from './designs/memoryType/releases.ts';
export { giveBack } from './designs/reclaim/flushEveryEvent.ts';
export { reclaimDesigns } from './designs/reclaim/index.ts';
export { Cell } from './engine/cell.ts';
export { Engine } from './engine/engine.ts';
export {
  type Exploration,
  type ExploredProperty,
  type ExploredStep,
  explore,
} from './engine/explorer/explore.ts';
export type { Program, Property, World } from './engine/explorer/program.ts';
export type { SearchOptions } from './engine/explorer/search.ts';
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
export { migratePage } from './host/migrate.ts';
export { fillRange } from './host/uffdFill.ts';
export { registerRange } from './host/uffdRegister.ts';
export { readUserfaultfd, wakeUserfaults } from './host/userfault.ts';
export { Userfaultfd } from './host/userfaultfd.ts';
export { VM_UFFD_MISSING } from './host/vma.ts';
export { flushCaches, flushPages } from './kvm/cacheFlush.ts';
export type { Conversion, ConversionDesign } from './kvm/conversion.ts';
export { GuestMemfd } from './kvm/guestMemfd.ts';
export type { MemoryTypeDesign, MemoryTypeQuestion } from './kvm/memoryType.ts';
export { MEM_USERFAULT } from './kvm/memslots.ts';
export { createSlot, deleteSlot } from './kvm/memslotUpdate.ts';
export type { Pinning, PinningDesign } from './kvm/pinning.ts';
export type { ReclaimDesign } from './kvm/reclaim.ts';
export { UserfaultBitmap, type Userfaults } from './kvm/userfault.ts';
export { buildMachine, type Machine, type MachineOptions } from './machine.ts';
export { findRace, races } from './races/index.ts';
export { playSchedule } from './races/playback.ts';
export { findDesign, type Race, type RaceDesign, searchRace } from './races/race.ts';
export type { FigureOptions } from './show/checks.ts';
export type { RangeSpec } from './show/memoryMap.ts';
export type { PageTableOptions, SpteSpec } from './show/pageTable.ts';
export type { AxisSpec, PlotOptions } from './show/plot.ts';
export type { ColumnSpec } from './show/rows.ts';
export { type Show, show, showTo } from './show/show.ts';
export type { LogLevel, LogLine, Shown, Sink } from './show/shown.ts';
export type { TableOptions } from './show/table.ts';
export { MODEL_VERSION } from './version.ts';
export { Vmm } from './workloads/vmm.ts';
