/**
 * A process of the host as system calls see it: an address space, descriptors, threads.
 */
import type { Profile } from '../arch/profile.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import type { Actor } from '../engine/step.ts';
import { AddressSpace } from '../host/addressSpace.ts';
import { EBADF, EMFILE } from '../host/errno.ts';
import type { Host } from '../host/host.ts';
import type { Mm } from '../host/mm.ts';
import { Task } from '../host/task.ts';
import type { Userfaultfd } from '../host/userfaultfd.ts';
import type { VmDesigns } from '../kvm/vm.ts';
import type { OpenFile } from './openFile.ts';

/** Descriptors a process may have (RLIMIT_NOFILE, soft). */
const MAX_DESCRIPTORS = 1024;

/** Descriptors 0 to 2 are the terminal's: open, and nothing that the model knows. */
export const FIRST_DESCRIPTOR = 3;

/** What all processes of a host share. */
export interface Kernel {
  readonly host: Host;
  /** What its KVM is. */
  readonly profile: Profile;
  /** The designs its VMs are built with. */
  readonly designs: VmDesigns;
  /** Whose faults the userfaultfds handle that came into being by a fork. */
  readonly heirs: WeakMap<Userfaultfd, Mm>;
}

export class Process implements Hashable {
  readonly kernel: Kernel;
  readonly mm: AddressSpace;
  private readonly files = new Map<number, OpenFile>();
  private threads = 0;
  /** Pages it may lock (RLIMIT_MEMLOCK); as many as there are where it is privileged (CAP_IPC_LOCK). */
  lockLimit = Number.POSITIVE_INFINITY;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.mm = new AddressSpace(kernel.host);
  }

  /** A new thread of the process. */
  createThread(): Thread {
    return { process: this, task: new Task(this.kernel.host.engine, ++this.threads) };
  }

  /** Gives a file the lowest free descriptor. Returns it, or -EMFILE. */
  install(file: OpenFile): number {
    for (let fd = FIRST_DESCRIPTOR; fd < MAX_DESCRIPTORS; fd++) {
      if (this.files.has(fd)) continue;
      this.files.set(fd, file);
      file.open();
      return fd;
    }
    return -EMFILE;
  }

  /** The file that a descriptor refers to, or undefined. */
  file(fd: number): OpenFile | undefined {
    return this.files.get(fd);
  }

  /** Closes a descriptor. Returns 0, or -EBADF. */
  *close(fd: number): Actor<number> {
    const file = this.files.get(fd);
    if (file === undefined) return -EBADF;
    this.files.delete(fd);
    yield* file.close();
    return 0;
  }

  /** Gives the child of a fork the same descriptors. */
  copyDescriptors(child: Process): void {
    for (const [fd, file] of this.files) {
      child.files.set(fd, file);
      file.open();
    }
  }

  /** Mixes in its memory and everything its descriptors refer to. */
  hashInto(hash: StateHash): void {
    this.kernel.host.frames.hashInto(hash);
    this.mm.hashInto(hash);
    for (const [fd, file] of this.files) {
      hash.add(fd);
      file.hashInto(hash);
    }
  }

  /** The process ends: its memory goes, then its descriptors. */
  *exit(): Actor {
    yield* this.mm.exit();
    for (const fd of [...this.files.keys()]) yield* this.close(fd);
  }
}

/** A thread: whoever makes a system call. */
export interface Thread {
  readonly process: Process;
  readonly task: Task;
}
