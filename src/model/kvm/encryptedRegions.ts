/**
 * Memory that userspace has registered as an encrypted guest's (KVM_MEMORY_ENCRYPT_REG_REGION; sev_pin_memory,
 * sev_mem_enc_register_region and its counterpart, arch/x86/kvm/svm/sev.c): brought in, pinned for long, and let go by
 * the same range or with the VM.
 */
import { atLeast } from '../arch/profile.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENOTTY } from '../host/errno.ts';
import { type FlushKind, flushCaches, flushPages, WBINVD_ALL } from './cacheFlush.ts';
import { pinUserMemory } from './userPin.ts';
import type { Vm } from './vm.ts';

/** What is registered. Bytes, as userspace has said it. */
interface Region {
  readonly addr: bigint;
  readonly size: bigint;
  readonly frames: readonly number[];
}

/** From 6.17 on: lines are written back and kept, where the VM has run. */
const WBNOINVD_RAN: FlushKind = { cpus: 'ran', dropsLines: false };

export class EncryptedRegions implements Hashable {
  /** Pages pinned, counted once for each region that has them. */
  pagesLocked = 0;
  private readonly vm: Vm;
  private readonly regions: Region[] = [];

  constructor(vm: Vm) {
    this.vm = vm;
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
    yield vm.lock.lock();
    const frames = yield* pinUserMemory(vm, addr, size, this.pagesLocked, limit);
    if (typeof frames !== 'number') {
      // What caches hold of it was put there without the key, or with it: neither may reach memory later.
      yield* flushPages(vm, frames);
      this.regions.push({ addr, size, frames });
      this.pagesLocked += frames.length;
    }
    vm.lock.unlock();
    return typeof frames === 'number' ? frames : 0;
  }

  /** Lets go of a region that was registered as just these bytes. Returns 0, -ENOTTY or -EINVAL. */
  *unregister(addr: bigint, size: bigint): Actor<number> {
    const { vm } = this;
    if (!isSev(vm)) return -ENOTTY;
    yield vm.lock.lock();
    const at = this.regions.findIndex(region => region.addr === addr && region.size === size);
    if (at >= 0) {
      yield* flushCaches(vm, atLeast(vm.profile.release, [6, 17]) ? WBNOINVD_RAN : WBINVD_ALL);
      this.unpin(this.regions.splice(at, 1)[0]);
    }
    vm.lock.unlock();
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

  private unpin({ frames }: Region): void {
    for (const pfn of frames) this.vm.host.frames.unpin(pfn);
    this.pagesLocked -= frames.length;
  }
}

/** SEV and what is built on it, once the VM has a key: other VMs have no such call. */
function isSev(vm: Vm): boolean {
  return vm.launch.initialized && vm.profile.arch === 'svm';
}
