/** KVM_CREATE_GUEST_MEMFD's files (virt/kvm/guest_memfd.c). */
import type { StateHash } from '../engine/hash.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENODEV, EOPNOTSUPP, ESPIPE } from '../host/errno.ts';
import type { MappedFile } from '../host/mappedFile.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { GMEM_MMAP, type GuestMemfd } from '../kvm/guestMemfd.ts';
import { KEEP_SIZE, PUNCH_HOLE } from './memfdFile.ts';
import { type FileStatus, OpenFile } from './openFile.ts';
import { isPageAligned, pageOf } from './u64.ts';

export class GmemFile extends OpenFile {
  readonly kind = 'gmem';
  override readonly regular = true;
  readonly gmem: GuestMemfd;

  constructor(gmem: GuestMemfd) {
    super();
    this.gmem = gmem;
  }

  override mappable(): MappedFile {
    return this.gmem;
  }

  override checkMapping(shared: boolean): number {
    if (!(this.gmem.flags & GMEM_MMAP)) return -ENODEV;
    return shared ? 0 : -EINVAL;
  }

  override status(): FileStatus {
    const size = BigInt(this.gmem.pages) * BigInt(PAGE_SIZE);
    return { size, blocks512: 0, blksize: PAGE_SIZE, mode: 0o100600, nlink: 1, ino: this.gmem.inode };
  }

  override *fallocate(mode: number, offset: bigint, length: bigint): Actor<number> {
    if (!(mode & KEEP_SIZE) || mode & ~(KEEP_SIZE | PUNCH_HOLE)) return -EOPNOTSUPP;
    if (!isPageAligned(offset) || !isPageAligned(length)) return -EINVAL;
    const start = pageOf(offset);
    const end = start + pageOf(length);
    if (mode & PUNCH_HOLE) {
      yield* this.gmem.punchHole(start, end);
      return 0;
    }
    if (end > this.gmem.pages) return -EINVAL;
    yield* this.gmem.allocate(start, end);
    return 0;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.gmem.pages).add(this.gmem.flags).add(this.gmem.bindings.slots.length);
    this.gmem.policies.hashInto(hash);
    this.gmem.cache.forEach(0, this.gmem.pages, (index, pfn) => hash.add(index).add(pfn));
  }

  override seek(): bigint {
    return BigInt(-ESPIPE);
  }

  protected override *release(): Actor {
    const rest = this.gmem.drop();
    if (rest !== null) yield* rest;
  }
}
