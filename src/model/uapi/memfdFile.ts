/** memfd_create's files: regular files whose pages are shared memory (mm/memfd.c, mm/shmem.c). */

import type { StateHash } from '../engine/hash.ts';
import { settled } from '../engine/settled.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENOSPC, ENXIO, EOPNOTSUPP } from '../host/errno.ts';
import { NO_PFN } from '../host/frames.ts';
import type { Host } from '../host/host.ts';
import { HugetlbFile } from '../host/hugetlbFile.ts';
import type { MappedFile } from '../host/mappedFile.ts';
import { MemFile } from '../host/memFile.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { type FileStatus, OpenFile } from './openFile.ts';

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE. */
export const KEEP_SIZE = 1 << 0;
export const PUNCH_HOLE = 1 << 1;

export class MemfdFile extends OpenFile {
  readonly kind = 'memfd';
  override readonly regular = true;
  override readonly noExec = false;
  readonly pages: MemFile;
  private readonly host: Host;
  private position = 0n;

  constructor(host: Host) {
    super();
    this.host = host;
    this.pages = new MemFile(host, 0);
  }

  override mappable(): MappedFile {
    return this.pages;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.pages.size).add(Number(this.position));
    this.pages.pages.forEach(0, this.pages.pagesLong, (index, pfn) => hash.add(index).add(pfn));
  }

  override status(): FileStatus {
    return {
      size: BigInt(this.pages.size),
      blocks512: this.pages.pages.count * (PAGE_SIZE / 512),
      blksize: PAGE_SIZE,
      mode: 0o100777,
      nlink: 0,
    };
  }

  override *fallocate(mode: number, offset: bigint, length: bigint): Actor<number> {
    if (mode & ~(KEEP_SIZE | PUNCH_HOLE)) return -EOPNOTSUPP;
    const start = Number(offset);
    const end = Number(offset + length);
    if (mode & PUNCH_HOLE) {
      yield* this.punch(start, end);
      return 0;
    }
    const first = Math.floor(start / PAGE_SIZE);
    const ok = yield* this.pages.allocate(first, Math.ceil(end / PAGE_SIZE));
    if (!ok) return -ENOSPC;
    if (!(mode & KEEP_SIZE) && end > this.pages.size) this.pages.size = end;
    return 0;
  }

  override *truncate(size: bigint): Actor<number> {
    yield* this.pages.truncate(Number(size));
    return 0;
  }

  override seek(offset: bigint, whence: number): bigint {
    const size = BigInt(this.pages.size);
    let to: bigint;
    switch (whence) {
      case SEEK_SET:
        to = offset;
        break;
      case SEEK_CUR:
        to = this.position + offset;
        break;
      case SEEK_END:
        to = size + offset;
        break;
      case SEEK_DATA:
      case SEEK_HOLE:
        if (offset < 0n || offset >= size) return BigInt(-ENXIO);
        to = this.seekContents(Number(offset), whence === SEEK_DATA);
        if (to < 0n) return to;
        break;
      default:
        return BigInt(-EINVAL);
    }
    if (to < 0n) return BigInt(-EINVAL);
    this.position = to;
    return to;
  }

  override *readBytes(length: number, offset: bigint | null): Actor<Uint8Array | number> {
    const at = offset ?? this.position;
    if (!isWithinFile(at, length)) return -EINVAL;
    const left = this.pages.size - Number(at);
    const out = new Uint8Array(Math.max(0, Math.min(length, left)));
    this.eachPage(Number(at), out, (pfn, inPage, part) => {
      if (pfn !== NO_PFN) this.host.frames.contents.read(pfn, inPage, part);
    });
    yield this.host.costs.systemCall;
    if (offset === null) this.position += BigInt(out.length);
    return out;
  }

  override *writeBytes(bytes: Uint8Array, offset: bigint | null): Actor<number> {
    const at = offset ?? this.position;
    if (!isWithinFile(at, bytes.length)) return -EINVAL;
    const end = Number(at) + bytes.length;
    if (end > this.pages.size) this.pages.size = end;
    for (let page = Math.floor(Number(at) / PAGE_SIZE); page * PAGE_SIZE < end; page++) {
      if (this.pages.takePage(page) === NO_PFN) return -ENOSPC;
    }
    this.eachPage(Number(at), bytes, (pfn, inPage, part) =>
      this.host.frames.contents.write(pfn, inPage, part),
    );
    yield this.host.costs.systemCall;
    if (offset === null) this.position += BigInt(bytes.length);
    return bytes.length;
  }

  protected override *release(): Actor {
    const rest = this.pages.drop();
    if (rest !== null) yield* rest;
  }

  /** Whole pages of the hole go; the edges are filled with zeros where they are (shmem_truncate_range). */
  private *punch(start: number, end: number): Actor {
    const first = Math.ceil(start / PAGE_SIZE);
    const last = Math.floor(end / PAGE_SIZE);
    yield* this.pages.cut(start, end);
    if (first < last) yield* this.pages.punchHole(first, last);
    const head = Math.floor(start / PAGE_SIZE);
    if (head < first)
      this.pages.clearPart(head, start % PAGE_SIZE, Math.min(end - head * PAGE_SIZE, PAGE_SIZE));
    if (end % PAGE_SIZE !== 0 && last >= first) this.pages.clearPart(last, 0, end % PAGE_SIZE);
  }

  private seekContents(offset: number, data: boolean): bigint {
    const { size } = this.pages;
    for (let at = offset; at < size; at = (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE) {
      if (this.pages.isResident(Math.floor(at / PAGE_SIZE)) === data) return BigInt(at);
    }
    return data ? BigInt(-ENXIO) : BigInt(size);
  }

  private eachPage(
    start: number,
    bytes: Uint8Array,
    visit: (pfn: number, offset: number, part: Uint8Array) => void,
  ): void {
    for (let done = 0; done < bytes.length; ) {
      const at = start + done;
      const inPage = at % PAGE_SIZE;
      const part = bytes.subarray(done, done + Math.min(bytes.length - done, PAGE_SIZE - inPage));
      visit(this.pages.pages.get(Math.floor(at / PAGE_SIZE)), inPage, part);
      done += part.length;
    }
  }
}

/** Whether a position is none below 0, and what is read or written from it ends where positions do (rw_verify_area). */
function isWithinFile(at: bigint, length: number): boolean {
  return at >= 0n && at + BigInt(length) < 2n ** 63n;
}

/** memfd_create with MFD_HUGETLB: its length is set once, by the first ftruncate (fs/hugetlbfs/inode.c). */
export class HugetlbMemfd extends OpenFile {
  readonly kind = 'memfd';
  override readonly regular = true;
  override readonly noExec = false;
  private readonly host: Host;
  private readonly level: number;
  private pages: HugetlbFile;

  constructor(host: Host, level: number) {
    super();
    this.host = host;
    this.level = level;
    this.pages = new HugetlbFile(host, level, 0);
  }

  override mappable(): MappedFile {
    return this.pages;
  }

  override status(): FileStatus {
    return {
      size: BigInt(this.pages.pagesLong * PAGE_SIZE),
      blocks512: 0,
      blksize: this.pages.span * PAGE_SIZE,
      mode: 0o100777,
      nlink: 0,
    };
  }

  override truncate(size: bigint): Actor<number> {
    const whole = size % BigInt(this.pages.span * PAGE_SIZE) === 0n;
    if (!whole || this.pages.pagesLong > 0) return settled(-EINVAL);
    this.pages = new HugetlbFile(this.host, this.level, Number(size) / PAGE_SIZE);
    return settled(0);
  }

  override *fallocate(mode: number, offset: bigint, length: bigint): Actor<number> {
    if (mode !== (KEEP_SIZE | PUNCH_HOLE)) return -EOPNOTSUPP;
    const end = Number(offset + length) / PAGE_SIZE;
    yield* this.pages.punchHole(Math.floor(Number(offset) / PAGE_SIZE), Math.floor(end));
    return 0;
  }

  protected override *release(): Actor {
    const rest = this.pages.drop();
    if (rest !== null) yield* rest;
  }
}
