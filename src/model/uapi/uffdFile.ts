import type { StateHash } from '../engine/hash.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL } from '../host/errno.ts';
import type { Mm } from '../host/mm.ts';
import { releaseUserfaultfd } from '../host/uffdRegister.ts';
import type { Userfaultfd } from '../host/userfaultfd.ts';
import { OpenFile } from './openFile.ts';

/** A userfaultfd's descriptor (fs/userfaultfd.c). */
export class UffdFile extends OpenFile {
  readonly kind = 'userfaultfd';
  override readonly writable = false;
  readonly uffd: Userfaultfd;
  /** The address space whose faults it handles: its creator's. */
  readonly mm: Mm;
  readonly nonblocking: boolean;

  constructor(uffd: Userfaultfd, mm: Mm, nonblocking: boolean) {
    super();
    this.uffd = uffd;
    this.mm = mm;
    this.nonblocking = nonblocking;
  }

  override unknownIoctl(): number {
    return -EINVAL;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    this.uffd.hashInto(hash);
  }

  protected override *release(): Actor {
    yield* releaseUserfaultfd(this.mm, this.uffd);
  }
}
