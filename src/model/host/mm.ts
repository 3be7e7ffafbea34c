/**
 * What an address space is made of: mappings, page tables, locks, and who wants to know of changes. What is done
 * to it stands in files of its own; addressSpace.ts ties them together.
 */
import type { Costs } from '../costs/table.ts';
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { RwLock } from '../engine/rwLock.ts';
import { type Actor, POINT } from '../engine/step.ts';
import { type Frames, NO_PFN } from './frames.ts';
import type { Host } from './host.ts';
import type { FileMapping, PageOwner } from './mappedFile.ts';
import type { HostRange, MmuNotifier, NotifierEvent } from './notifier.ts';
import { PageTable } from './pageTable.ts';
import { PTE_DIRTY, PTE_PRESENT, PTE_SPECIAL, PTE_WRITE, ptePfn } from './pte.ts';
import { entryIndex, spanOf } from './radixTable.ts';
import { VM_ACCESS, VM_UFFD_MISSING, VM_UFFD_WP, type Vma } from './vma.ts';
import { canShareReverseMapping, VmaList } from './vmaList.ts';

/** User addresses end here, as a page number (TASK_SIZE with four levels of page tables). */
export const TASK_PAGES = 2 ** 35 - 1;

/** Where addresses are chosen: on a 1 GiB grid below 2^47, never adjacent. */
const GRID = 2 ** 18;

/** Unmaps pages of a file from one mapping: set by the address space, called by the file. */
export type UnmapFilePages = (vma: Vma, start: number, end: number, privateCopies: boolean) => Actor;

export class Mm implements PageOwner, Hashable {
  readonly host: Host;
  readonly engine: Engine;
  readonly costs: Costs;
  readonly frames: Frames;
  readonly vmas: VmaList;
  readonly table: PageTable;
  readonly mmapLock: RwLock;
  /** Number of the next reverse mapping. */
  private nextAnonVma = 1;
  private nextTop = 2 ** 35;
  /** Told of each page that was copied to another frame, before anybody can reach it there. */
  readonly movers: ((from: number, to: number) => void)[] = [];
  private readonly notifiers: MmuNotifier[] = [];
  private readonly unmapFilePages: UnmapFilePages;

  constructor(host: Host, unmapFilePages: UnmapFilePages) {
    this.host = host;
    this.engine = host.engine;
    this.costs = host.costs;
    this.frames = host.frames;
    this.unmapFilePages = unmapFilePages;
    this.mmapLock = new RwLock(host.engine, 'mmap_lock');
    host.spaces.add(this);
    this.table = new PageTable(host.engine);
    this.vmas = new VmaList(
      vma => this.relink(vma),
      vma => this.unlink(vma),
    );
  }

  /** Asks to be told before and after mappings change. */
  registerNotifier(notifier: MmuNotifier): void {
    this.notifiers.push(notifier);
  }

  /** Wants to know of changes no more. */
  unregisterNotifier(notifier: MmuNotifier): void {
    const at = this.notifiers.indexOf(notifier);
    if (at >= 0) this.notifiers.splice(at, 1);
  }

  /** Tells the notifiers that the address space is going (mmu_notifier_release), and forgets them. */
  *releaseNotifiers(): Actor {
    for (const notifier of this.notifiers.splice(0)) yield* notifier.release();
  }

  /** Tells the notifiers that mappings of pages [start, end) are about to change. */
  *invalidateStart(range: HostRange): Actor {
    for (const notifier of this.notifiers) yield* notifier.invalidateStart(range);
    if (this.engine.stepwise) yield POINT;
  }

  /** Tells the notifiers that they have changed. */
  *invalidateEnd(range: HostRange): Actor {
    if (this.engine.stepwise) yield POINT;
    for (const notifier of this.notifiers) yield* notifier.invalidateEnd(range);
  }

  /** A range for the notifiers. */
  rangeOf(start: number, end: number, event: NotifierEvent): HostRange {
    return { start, end, event, mayBlock: true };
  }

  /** True where somebody listens: without listeners a change needs no announcement. */
  get hasNotifiers(): boolean {
    return this.notifiers.length > 0;
  }

  /**
   * Looks a page up as get_user_pages_fast does, without a lock: its frame, or NO_PFN where the slow path is
   * needed, as it always is for the zero page and for devices.
   */
  lookup(page: number, write: boolean): number {
    return this.frameAt(page, write, PTE_SPECIAL);
  }

  /** The frame that a load or a store by the processor reaches through the tables, or NO_PFN where it faults. */
  walk(page: number, write: boolean): number {
    return this.frameAt(page, write, 0);
  }

  private frameAt(page: number, write: boolean, unless: number): number {
    const table = this.table.tableOf(page);
    if (this.engine.access.on) this.table.low(page);
    if (table === null) return NO_PFN;
    const at = 2 * entryIndex(page, table.level);
    const low = table.words[at];
    const needed = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
    if ((low & (needed | unless)) !== needed) return NO_PFN;
    // Whoever asks to write makes the page dirty: what MADV_FREE had given up is wanted again.
    if (write && (low & PTE_DIRTY) === 0) table.writable[at] = low | PTE_DIRTY;
    const pfn = ptePfn(low, table.words[at + 1]);
    return table.level === 1 ? pfn : pfn + (page % spanOf(table.level));
  }

  /** A free range of pages on the grid; its first page. */
  chooseRange(pages: number): number {
    do {
      this.nextTop -= GRID * (Math.ceil(pages / GRID) + 1);
    } while (this.vmas.findIn(this.nextTop, this.nextTop + pages) !== undefined);
    return this.nextTop;
  }

  /** Gives a mapping a reverse mapping, when its first private page comes (anon_vma_prepare). */
  prepareAnon(vma: Vma): void {
    if (vma.anonVma !== 0) return;
    const { list } = this.vmas;
    const at = list.indexOf(vma);
    const after = list[at + 1];
    const before = list[at - 1];
    if (
      after !== undefined &&
      after.anonVma !== 0 &&
      !after.inherited &&
      canShareReverseMapping(vma, after, VM_ACCESS)
    ) {
      vma.anonVma = after.anonVma;
    } else if (
      before !== undefined &&
      before.anonVma !== 0 &&
      !before.inherited &&
      canShareReverseMapping(before, vma, VM_ACCESS)
    ) {
      vma.anonVma = before.anonVma;
    } else {
      vma.anonVma = this.takeAnonVma();
    }
  }

  /** Identity for a new reverse mapping. */
  takeAnonVma(): number {
    return this.nextAnonVma++;
  }

  hashInto(hash: StateHash): void {
    for (const vma of this.vmas.list) {
      hash.add(vma.start).add(vma.end).add(vma.flags).add(vma.offset).add(vma.anonVma);
      hash.add(vma.file === null ? 0 : 1).add(vma.uffd === null ? 0 : 1);
    }
    this.table.hashInto(hash);
  }

  private relink(vma: Vma): void {
    if (vma.file === null) return;
    this.unlink(vma);
    const first = vma.offset;
    const mapping: FileMapping = {
      first,
      end: first + vma.end - vma.start,
      owner: this,
      get retractable() {
        return vma.anonVma === 0 && (vma.flags & VM_UFFD_WP) === 0;
      },
      get awaitsMissing() {
        return (vma.flags & VM_UFFD_MISSING) !== 0;
      },
      pageOf: index => vma.start + index - first,
      unmapPages: (start, end, privateCopies) =>
        this.unmapFilePages(vma, vma.start + start - first, vma.start + end - first, privateCopies),
    };
    vma.mapping = mapping;
    vma.file.addMapping(mapping);
  }

  private unlink(vma: Vma): void {
    if (vma.mapping === null) return;
    vma.file!.removeMapping(vma.mapping);
    vma.mapping = null;
  }
}
