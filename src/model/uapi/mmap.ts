/** mmap(2) and munmap(2) (do_mmap, mm/mmap.c). */
import type { Actor } from '../engine/step.ts';
import { EACCES, EBADF, EEXIST, EINVAL, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM } from '../host/errno.ts';
import { faultIn } from '../host/faultIn.ts';
import type { MappedFile } from '../host/mappedFile.ts';
import { type MapRequest, mapRange, newAftermath, settle, unmapRange } from '../host/mapRange.ts';
import { MemFile } from '../host/memFile.ts';
import { PAGE_SIZE, pagesOf } from '../host/units.ts';
import {
  VM_ACCOUNT,
  VM_EXEC,
  VM_HUGETLB,
  VM_MAYEXEC,
  VM_MAYREAD,
  VM_MAYSHARE,
  VM_MAYWRITE,
  VM_NORESERVE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../host/vma.ts';
import { kernelFault } from '../host/vmFault.ts';
import type { OpenFile } from './openFile.ts';
import type { Process, Thread } from './process.ts';
import { isPageAligned, pageAlignUp, pageOf, TASK_SIZE, type U64, u64 } from './u64.ts';

export const PROT_READ = 1 << 0;
export const PROT_WRITE = 1 << 1;
export const PROT_EXEC = 1 << 2;

export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_SHARED_VALIDATE = 3;
const MAP_TYPE = 0xf;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_POPULATE = 0x8000;
const MAP_HUGETLB = 0x40000;
export const MAP_FIXED_NOREPLACE = 0x100000;

/** Flags that MAP_SHARED always took without looking; MAP_SHARED_VALIDATE takes no others (LEGACY_MAP_MASK). */
const LEGACY_FLAGS = 0x6f973;

/** Rights as VM_* flags. */
export function accessOf(prot: number): number {
  return (
    (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0)
  );
}

/** What mmap has worked out of its arguments. */
interface Planned {
  readonly flags: number;
  readonly file: MappedFile | null;
  readonly open: OpenFile | null;
  readonly offset: number;
}

/** The address of the new mapping, or a negated errno. */
export function* mmap(
  thread: Thread,
  address: U64,
  length: U64,
  prot: number,
  flags: number,
  fd: number,
  offset: U64,
): Actor<number> {
  const { process } = thread;
  yield process.mm.costs.mmapCall;
  const byteOffset = u64(offset);
  if (!isPageAligned(byteOffset)) return -EINVAL;
  const open = flags & MAP_ANONYMOUS ? null : process.file(fd);
  if (open === undefined) return -EBADF;
  const asked = u64(length);
  if (asked === 0n) return -EINVAL;
  const bytes = pageAlignUp(asked);
  if (bytes === 0n) return -ENOMEM;
  const offsetPages = byteOffset / BigInt(PAGE_SIZE);
  if (offsetPages + bytes / BigInt(PAGE_SIZE) >= 2n ** 64n) return -EOVERFLOW;
  const start = placeOf(process, u64(address), bytes, flags);
  if (start < 0) return start;
  const pages = pageOf(bytes);
  if (flags & MAP_FIXED_NOREPLACE && process.mm.vmas.findIn(start, start + pages) !== undefined)
    return -EEXIST;
  const planned = plan(process, open, start, pages, prot, flags, pageOf(byteOffset));
  if (typeof planned === 'number') return planned;
  return yield* place(thread, { start, pages, ...planned }, planned.open, flags);
}

/** First page of the new mapping, or a negated errno (get_unmapped_area). */
function placeOf({ mm }: Process, address: bigint, bytes: bigint, flags: number): number {
  if (bytes > TASK_SIZE) return -ENOMEM;
  if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) return mm.chooseRange(pageOf(bytes));
  if (address > TASK_SIZE - bytes) return -ENOMEM;
  if (!isPageAligned(address)) return -EINVAL;
  return pageOf(address);
}

/** The mapping's flags and file, or a negated errno. */
function plan(
  process: Process,
  open: OpenFile | null,
  start: number,
  pages: number,
  prot: number,
  flags: number,
  offset: number,
): Planned | number {
  let vm = accessOf(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
  if (flags & MAP_NORESERVE) vm |= VM_NORESERVE;
  const type = flags & MAP_TYPE;
  if (open === null) return planAnonymous(process, start, pages, vm, type, flags);
  if (offset + pages >= (open.regular ? 2 ** 51 : 2 ** 52)) return -EOVERFLOW;
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) return -EINVAL;
  const shared = type !== MAP_PRIVATE;
  if (type === MAP_SHARED_VALIDATE && flags & ~LEGACY_FLAGS) return -EOPNOTSUPP;
  if (shared) {
    if (prot & PROT_WRITE && !open.writable) return -EACCES;
    vm |= VM_SHARED | VM_MAYSHARE;
    if (!open.writable) vm &= ~(VM_MAYWRITE | VM_SHARED);
  }
  if (open.noExec) {
    if (vm & VM_EXEC) return -EPERM;
    vm &= ~VM_MAYEXEC;
  }
  const file = open.mappable();
  if (typeof file === 'number') return file;
  if (file.kind === 'dmabuf') vm |= VM_PFNMAP;
  if (file.kind === 'hugetlb') {
    const span = pagesOf(file.level);
    if (start % span !== 0 || pages % span !== 0 || offset % span !== 0) return -EINVAL;
    vm |= VM_HUGETLB;
  }
  return { flags: withAccounting(vm), file, open, offset };
}

function planAnonymous(
  process: Process,
  start: number,
  pages: number,
  vm: number,
  type: number,
  flags: number,
): Planned | number {
  // Huge pages without a file would come from a pool that the model's host does not set aside.
  if (flags & MAP_HUGETLB) return -ENOMEM;
  if (type === MAP_SHARED) {
    // Shared anonymous memory is a file that nobody else can name.
    const file = new MemFile(process.kernel.host, pages * PAGE_SIZE);
    return { flags: vm | VM_SHARED | VM_MAYSHARE, file, open: null, offset: 0 };
  }
  if (type !== MAP_PRIVATE) return -EINVAL;
  return { flags: withAccounting(vm), file: null, open: null, offset: start };
}

function withAccounting(vm: number): number {
  return (vm & (VM_NORESERVE | VM_SHARED | VM_WRITE)) === VM_WRITE ? vm | VM_ACCOUNT : vm;
}

function* place(thread: Thread, request: MapRequest, open: OpenFile | null, flags: number): Actor<number> {
  const { mm } = thread.process;
  const aftermath = newAftermath();
  const { start, pages, file } = request;
  yield mm.mmapLock.write();
  const refused = open === null ? 0 : open.checkMapping((request.flags & VM_SHARED) !== 0);
  if (refused !== 0) {
    // The file is asked after room was made: what stood in the way is gone.
    yield* unmapRange(mm, start, start + pages, aftermath);
  } else {
    if (open !== null) file?.hold();
    yield* mapRange(mm, request, aftermath);
  }
  mm.mmapLock.writeUnlock();
  yield* settle(aftermath);
  if (refused !== 0) return refused;
  if (flags & MAP_POPULATE) yield* populate(thread, request);
  return start * PAGE_SIZE;
}

/** Touches every page of a new mapping, as far as that goes (mm_populate). */
function* populate({ process: { mm }, task }: Thread, { start, pages, flags }: MapRequest): Actor {
  const write = (flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
  for (let page = start; page < start + pages; page++) {
    const result = yield* faultIn(mm, page, kernelFault(write, task), true);
    if (result < 0) return;
  }
}

/** 0, or -EINVAL; a range without mappings is no error. */
export function* munmap(thread: Thread, address: U64, length: U64): Actor<number> {
  const { mm } = thread.process;
  const start = u64(address);
  const bytes = u64(length);
  yield mm.costs.munmapCall;
  if (!isPageAligned(start) || start > TASK_SIZE || bytes > TASK_SIZE - start) return -EINVAL;
  const aligned = pageAlignUp(bytes);
  if (aligned === 0n) return -EINVAL;
  const first = pageOf(start);
  const aftermath = newAftermath();
  yield mm.mmapLock.write();
  yield* unmapRange(mm, first, first + pageOf(aligned), aftermath);
  mm.mmapLock.writeUnlock();
  yield* settle(aftermath);
  return 0;
}
