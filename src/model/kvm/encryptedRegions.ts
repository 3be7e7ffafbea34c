/**
 * Memory that userspace has registered as an encrypted guest's (KVM_MEMORY_ENCRYPT_REG_REGION; sev_pin_memory,
 * sev_mem_enc_register_region and its counterpart, arch/x86/kvm/svm/sev.c): brought in, pinned for long, and let go by
 * the same range or with the VM.
 */
import { atLeast } from '../arch/profile.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { Mutex } from '../engine/mutex.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENOMEM, ENOTTY } from '../host/errno.ts';
import { type FlushKind, flushCaches, flushPages, WBINVD_ALL } from './cacheFlush.ts';
import type { Vm } from './vm.ts';

/** What is registered. Bytes, as userspace has said it. */
interface Region {
  readonly addr: bigint;
  readonly size: bigint;
  readonly frames: readonly number[];
}

/** Most pages of a region (INT_MAX). */
const MAX_PAGES = 2 ** 31 - 1;

const PAGE_SHIFT = 12n;

/** From 6.17 on: lines are written back and kept, where the VM has run. */
const WBNOINVD_RAN: FlushKind = { cpus: 'ran', dropsLines: false };

export class EncryptedRegions implements Hashable {
  /** Pages pinned, counted once for each region that has them. */
  pagesLocked = 0;
  private readonly vm: Vm;
  /** kvm->lock. */
  private readonly lock: Mutex;
  private readonly regions: Region[] = [];

  constructor(vm: Vm) {
    this.vm = vm;
    this.lock = new Mutex(vm.engine, 'kvm->lock');
  }

  /** Number of regions. */
  get count(): number {
    return this.regions.length;
  }

  /**
   * Registers bytes [addr, addr + size). Pages that they touch in part are pinned as well.
   *
   * @param limit pages that may be locked (RLIMIT_MEMLOCK).
   * @returns 0, or a negated errno with nothing pinned.
   */
  *register(addr: bigint, size: bigint, limit: number): Actor<number> {
    const { vm } = this;
    if (!isSev(vm)) return -ENOTTY;
    yield this.lock.lock();
    const result = yield* this.pin(addr, size, limit);
    if (typeof result !== 'number') {
      // What caches hold of it was put there without the key, or with it: neither may reach memory later.
      yield* flushPages(vm, result.frames);
      this.regions.push(result);
      this.pagesLocked += result.frames.length;
    }
    this.lock.unlock();
    return typeof result === 'number' ? result : 0;
  }

  /** Lets go of a region that was registered as just these bytes. Returns 0, -ENOTTY or -EINVAL. */
  *unregister(addr: bigint, size: bigint): Actor<number> {
    const { vm } = this;
    if (!isSev(vm)) return -ENOTTY;
    yield this.lock.lock();
    const at = this.regions.findIndex(region => region.addr === addr && region.size === size);
    if (at >= 0) {
      yield* flushCaches(vm, atLeast(vm.profile.release, [6, 17]) ? WBNOINVD_RAN : WBINVD_ALL);
      this.unpin(this.regions.splice(at, 1)[0]);
    }
    this.lock.unlock();
    return at < 0 ? -EINVAL : 0;
  }

  /** The VM goes: whatever is still registered is let go (sev_vm_destroy; without a flush since 6.17). */
  *destroy(): Actor {
    if (this.regions.length === 0) return;
    if (!atLeast(this.vm.profile.release, [6, 17])) yield* flushCaches(this.vm, WBINVD_ALL);
    for (const region of this.regions.splice(0)) this.unpin(region);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.pagesLocked).add(this.regions.length);
    for (const { addr, size, frames } of this.regions) {
      hash.add(Number(addr)).add(Number(size));
      for (const pfn of frames) hash.add(pfn);
    }
  }

  private *pin(addr: bigint, size: bigint, limit: number): Actor<Region | number> {
    const { mm, host } = this.vm;
    // A sum of just 2^64 has wrapped to 0 as well.
    if (size === 0n || addr + size >= 1n << 64n) return -EINVAL;
    const first = addr >> PAGE_SHIFT;
    const end = ((addr + size - 1n) >> PAGE_SHIFT) + 1n;
    const pages = Number(end - first);
    if (this.pagesLocked + pages > limit) return -ENOMEM;
    // A patch of 2026 asks this first.
    if (pages > MAX_PAGES) return -EINVAL;
    const frames: number[] = [];
    for (let page = Number(first); page < Number(end); page++) {
      const pfn = yield* mm.fault(page, true);
      if (pfn < 0) {
        for (const pinned of frames) host.frames.unpin(pinned);
        return -ENOMEM;
      }
      host.frames.pin(pfn);
      frames.push(pfn);
    }
    return { addr, size, frames };
  }

  private unpin({ frames }: Region): void {
    for (const pfn of frames) this.vm.host.frames.unpin(pfn);
    this.pagesLocked -= frames.length;
  }
}

/** SEV and what is built on it: other VMs have no such call. */
function isSev(vm: Vm): boolean {
  return vm.rules.encrypted && vm.profile.arch === 'svm';
}
