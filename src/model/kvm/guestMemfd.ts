/**
 * guest_memfd: memory that a VM owns (virt/kvm/guest_memfd.c).
 *
 * A memslot binds a part of a file to guest frames. The host can map it only where the file was made for that, and
 * touch it only where it began shared. Offsets and lengths are in pages here; the system call checks bytes.
 */
import { atLeast } from '../arch/profile.ts';
import { RwLock } from '../engine/rwLock.ts';
import { type Actor, POINT } from '../engine/step.ts';
import { EBADF, EINVAL } from '../host/errno.ts';
import { FileMappings } from '../host/fileMappings.ts';
import { NO_PFN } from '../host/frames.ts';
import { type FileMapping, type MappedFile, NO_PAGE_OOM, NO_PAGE_SIGBUS } from '../host/mappedFile.ts';
import { SharedPolicy } from '../host/memPolicy.ts';
import type { SparsePages } from '../host/sparsePages.ts';
import { AttributeStore } from './attributes/store.ts';
import { GmemBindings } from './gmemBindings.ts';
import { convertPages } from './gmemConversion.ts';
import { GmemPages } from './gmemPages.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';
import { putVm } from './vmLifetime.ts';
import { FILTER_PRIVATE, FILTER_SHARED } from './zap.ts';

/** The host may map it (GUEST_MEMFD_FLAG_MMAP); slots bound to it take all their pages from it. */
export const GMEM_MMAP = 1 << 0;
/** Its pages begin shared (GUEST_MEMFD_FLAG_INIT_SHARED): the host may touch what it has mapped. */
export const GMEM_INIT_SHARED = 1 << 1;

const EVERYTHING = Number.MAX_SAFE_INTEGER;

export class GuestMemfd implements MappedFile {
  readonly kind = 'gmem';
  readonly level = 1;
  readonly faultsAround = false;
  /** Length in pages, fixed for life. */
  readonly pages: number;
  readonly flags: number;
  /** The slots bound to parts of it. */
  readonly bindings: GmemBindings;
  readonly vm: Vm;
  readonly inode: number;
  /** Which pages are private, where the file keeps that itself; else nobody asks the file. */
  readonly privacy: AttributeStore | null;
  /** Where processes have mapped it. */
  readonly mappings = new FileMappings();
  /** Which memory nodes its pages come from. */
  readonly policies = new SharedPolicy();
  private readonly contents: GmemPages;
  private readonly invalidateLock: RwLock;
  private readonly object: number;
  private holders = 1;

  /** @param flags GMEM_MMAP and GMEM_INIT_SHARED. The creator holds the file, and the file holds the VM. */
  constructor(vm: Vm, pages: number, flags = 0) {
    this.vm = vm;
    this.bindings = new GmemBindings(vm);
    this.contents = new GmemPages(vm.engine, vm.host.frames, pages, vm.profile.gmemHugePages);
    this.pages = pages;
    this.flags = flags;
    this.inode = ++vm.host.inodes;
    this.privacy = vm.conversion.stateInFile
      ? new AttributeStore('ranges', 'shared', pages, vm.engine.access)
      : null;
    if (flags & GMEM_INIT_SHARED) this.privacy?.set(0, pages, false);
    this.invalidateLock = new RwLock(vm.engine, 'invalidate_lock');
    this.object = vm.engine.access.reserve(1, 'guest_memfd pages');
    vm.users++;
  }

  get pagesLong(): number {
    return this.pages;
  }

  cachedPage(index: number): number {
    return this.contents.get(index);
  }

  isResident(index: number): boolean {
    return this.contents.isPrepared(index);
  }

  faultPage(index: number): number {
    const shared =
      this.privacy === null ? (this.flags & GMEM_INIT_SHARED) !== 0 : !this.privacy.isPrivate(index);
    if (index >= this.pages || !shared) return NO_PAGE_SIGBUS;
    const pfn = this.getPfn(index);
    return pfn === NO_PFN ? NO_PAGE_OOM : pfn;
  }

  get userfaultable(): boolean {
    return (this.flags & GMEM_INIT_SHARED) !== 0 && atLeast(this.vm.profile.release, [7, 1]);
  }

  /** Notes that the page at an index was made ready for the guest. */
  markPrepared(index: number): void {
    this.contents.markPrepared(index);
  }

  /** Does something to its pages that keeps others from changing which there are (filemap_invalidate_lock). */
  *locked(body: Actor<number>): Actor<number> {
    yield this.invalidateLock.write();
    const result = yield* body;
    this.invalidateLock.writeUnlock();
    return result;
  }

  /** Puts a page that userspace filled at an index that has none. */
  addPage(index: number, pfn: number): void {
    this.vm.engine.access.write(this.object);
    this.contents.add(index, pfn);
  }

  addMapping(mapping: FileMapping): void {
    this.mappings.add(mapping);
  }

  removeMapping(mapping: FileMapping): void {
    this.mappings.remove(mapping);
  }

  hold(): void {
    this.holders++;
  }

  drop(): Actor | null {
    this.holders--;
    return this.holders === 0 ? this.release() : null;
  }

  /** True where the file has a page at an index. */
  has(index: number): boolean {
    this.vm.engine.access.read(this.object);
    return this.contents.get(index) !== NO_PFN;
  }

  /** The frame at an index, allocating it when there is none (kvm_gmem_get_pfn). NO_PFN when memory is full. */
  getPfn(index: number): number {
    const pfn = this.ensure(index);
    if (pfn !== NO_PFN) this.contents.markPrepared(index);
    return pfn;
  }

  /**
   * Binds a slot to the pages from `slot.gmemOffset` on (kvm_gmem_bind).
   *
   * @returns 0, or -EINVAL where another slot has one of them.
   */
  *bind(slot: Memslot): Actor<number> {
    const start = slot.gmemOffset;
    const end = start + slot.pages;
    yield this.invalidateLock.write();
    const taken = this.bindings.hasAny(start, end);
    if (!taken) {
      this.vm.engine.access.write(this.object);
      this.bindings.slots.push(slot);
      slot.gmem = this;
    }
    this.invalidateLock.writeUnlock();
    return taken ? -EINVAL : 0;
  }

  /** Takes a slot's binding back (kvm_gmem_unbind); nobody reads the slot any more. */
  *unbind(slot: Memslot): Actor {
    if (slot.gmem !== this) return;
    yield this.invalidateLock.write();
    this.vm.engine.access.write(this.object);
    this.bindings.remove(slot);
    this.invalidateLock.writeUnlock();
  }

  /** A slot changed its flags and is another object from now on. Called with slots_lock held. */
  rebind(before: Memslot, after: Memslot): void {
    this.vm.engine.access.write(this.object);
    this.bindings.replace(before, after);
  }

  /** fallocate of pages [start, end): allocates what is missing. */
  *allocate(start: number, end: number): Actor {
    const { costs } = this.vm;
    yield this.invalidateLock.read();
    for (let index = start; index < end; index++) {
      if (!this.has(index)) {
        this.ensure(index);
        yield costs.pageAllocate;
      }
    }
    yield costs.gmemAllocate;
    this.invalidateLock.readUnlock();
  }

  /** fallocate(PUNCH_HOLE) of pages [start, end): unmaps them from the guest and the host, then frees them. */
  *punchHole(start: number, end: number): Actor {
    const { vm } = this;
    const { engine, costs } = vm;
    yield this.invalidateLock.write();
    const bound = yield* this.bindings.invalidateBegin(start, end, this.freedFilter);
    if (engine.stepwise) yield POINT;
    yield* this.free(start, end, bound);
    yield* this.bindings.invalidateEnd(bound);
    yield costs.gmemHolePunch + costs.gmemHolePage * (end - start);
    this.invalidateLock.writeUnlock();
  }

  /**
   * Makes pages [start, end) private or shared, each where it is (kvm_gmem_set_attributes, as posted in v7).
   *
   * @returns -1, or the first page that somebody else holds, with nothing changed.
   */
  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    return yield* this.locked(this.convertLocked(start, end, toPrivate));
  }

  private *convertLocked(start: number, end: number, toPrivate: boolean): Actor<number> {
    const held = yield* convertPages(this, start, end, toPrivate);
    yield this.vm.costs.systemCall;
    return held;
  }

  /**
   * The last descriptor and mapping are gone (kvm_gmem_release): slots lose the file, guests their mappings of it, and
   * with the file goes the memory.
   */
  private *release(): Actor {
    const { vm } = this;
    yield vm.slotsLock.lock();
    yield this.invalidateLock.write();
    const bound = yield* this.bindings.invalidateBegin(0, EVERYTHING, this.freedFilter);
    for (const slot of this.bindings.slots.splice(0)) slot.gmem = null;
    yield* this.bindings.invalidateEnd(bound);
    this.invalidateLock.writeUnlock();
    vm.slotsLock.unlock();
    yield* this.free(0, EVERYTHING, bound);
    yield vm.costs.gmemClose;
    yield* putVm(vm);
  }

  /** Kinds of mappings that the guest may have of a page which goes away. */
  private get freedFilter(): number {
    if (this.privacy !== null) return FILTER_SHARED | FILTER_PRIVATE;
    return this.flags & GMEM_INIT_SHARED ? FILTER_SHARED : FILTER_PRIVATE;
  }

  /** Frames by page index. */
  get cache(): SparsePages {
    return this.contents.cache;
  }

  /** Whether the page at an index lies in a range of 2 MiB whose frames are one run. */
  isLarge(index: number): boolean {
    return this.contents.isLarge(index);
  }

  /** The frame at an index, allocating it where there is none, with nothing done to its contents. */
  ensure(index: number): number {
    this.vm.engine.access.write(this.object);
    const { frames } = this.vm.host;
    // With one node there is nothing to choose.
    return this.contents.ensure(index, frames.free.nodes === 1 ? undefined : this.policies.nodeFor(index));
  }

  private *free(start: number, end: number, zapped: number): Actor {
    const { vm } = this;
    if (this.mappings.any) yield* this.mappings.unmap(start, end, false);
    vm.engine.access.write(this.object);
    const freed = this.contents.remove(start, end);
    if (freed.length === 0) return;
    yield* vm.reclaim.gmemFreed(vm, freed, Math.max(zapped, 0));
    for (const pfn of freed) vm.host.frames.put(pfn);
  }
}

/** What a file descriptor must be for a slot to be bound to it: a guest_memfd of the same VM. */
export function checkGmem(vm: Vm, file: GuestMemfd | 'closed' | 'other'): number {
  if (file === 'closed') return -EBADF;
  if (file === 'other' || file.vm !== vm) return -EINVAL;
  return 0;
}
