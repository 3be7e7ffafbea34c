/**
 * Open files as descriptors refer to them, with the answers of a file that supports nothing: what is not a regular
 * file, cannot be mapped, read or written.
 */
import type { Hashable, StateHash } from '../engine/hash.ts';
import { settled } from '../engine/settled.ts';
import type { Actor } from '../engine/step.ts';
import { EBADF, EINVAL, ENODEV, ENOTTY, ESPIPE } from '../host/errno.ts';
import type { MappedFile } from '../host/mappedFile.ts';
import type { Mm } from '../host/mm.ts';

/** What fstat tells. */
export interface FileStatus {
  /** Length in bytes. */
  readonly size: bigint;
  /** Memory used, in units of 512 bytes. */
  readonly blocks512: number;
  readonly blksize: number;
  /** Type and permissions. */
  readonly mode: number;
  readonly nlink: number;
  /** Inode number, where the file has one of its own. */
  readonly ino?: number;
}

export abstract class OpenFile implements Hashable {
  /** Names the kind in messages. */
  abstract readonly kind: 'vm' | 'vcpu' | 'gmem' | 'memfd' | 'userfaultfd' | 'stats' | 'sev';
  /** It may be written. */
  readonly writable: boolean = true;
  /** It is a regular file. */
  readonly regular: boolean = false;
  /** Nothing on it may be mapped executable. */
  readonly noExec: boolean = true;
  /** Descriptors that refer to it. */
  private descriptors = 0;

  /** Mixes in what the file holds; one that holds nothing has only its kind. */
  hashInto(hash: StateHash): void {
    hash.text(this.kind);
  }

  /** One more descriptor refers to it. */
  open(): void {
    this.descriptors++;
  }

  /** A descriptor refers to it no more; the last one ends it. */
  *close(): Actor {
    this.descriptors--;
    if (this.descriptors === 0) yield* this.release();
  }

  /** What can be mapped, or a negated errno. */
  mappable(): MappedFile | number {
    return -ENODEV;
  }

  /**
   * The file's own word on a mapping of it, asked when room for it has been made.
   *
   * @param shared MAP_SHARED.
   */
  checkMapping(_shared: boolean): number {
    return 0;
  }

  status(): FileStatus {
    return { size: 0n, blocks512: 0, blksize: 4096, mode: 0o600, nlink: 1 };
  }

  /** fallocate, after the checks that all files share. */
  fallocate(_mode: number, _offset: bigint, _length: bigint): Actor<number> {
    return settled(-ENODEV);
  }

  /** ftruncate to a length that is not negative. */
  truncate(_size: bigint): Actor<number> {
    return settled(-EINVAL);
  }

  /** lseek; a position or a negated errno. */
  seek(_offset: bigint, _whence: number): bigint {
    return 0n;
  }

  /** What an ioctl that is none of the file's answers, as a negated errno. `mm` is the caller's address space. */
  unknownIoctl(_mm: Mm): number {
    return -ENOTTY;
  }

  /** read, or pread where an offset is given. */
  readBytes(_length: number, offset: bigint | null): Actor<Uint8Array | number> {
    return settled(offset === null ? -EINVAL : -ESPIPE);
  }

  /** write, or pwrite where an offset is given. */
  writeBytes(_bytes: Uint8Array, offset: bigint | null): Actor<number> {
    if (offset !== null) return settled(-ESPIPE);
    return settled(this.writable ? -EINVAL : -EBADF);
  }

  /** The last descriptor has gone. */
  protected abstract release(): Actor;
}
