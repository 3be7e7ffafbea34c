/** What the ioctls of a userfaultfd ask of their arguments before anything else (fs/userfaultfd.c). */
import { EBADF, EINVAL } from '../host/errno.ts';
import type { Thread } from './process.ts';
import { isPageAligned, TASK_SIZE } from './u64.ts';
import { UffdFile } from './uffdFile.ts';

/** The file behind a descriptor, or a negated errno. */
export function fileOf(thread: Thread, fd: number): UffdFile | number {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  return file instanceof UffdFile ? file : file.unknownIoctl(thread.process.mm);
}

/** The file behind an ioctl other than UFFDIO_API, which must have come first; or a negated errno. */
export function readyFile(thread: Thread, fd: number): UffdFile | number {
  const file = fileOf(thread, fd);
  return typeof file !== 'number' && !file.uffd.initialized ? -EINVAL : file;
}

/** Whether a range is of whole pages below the end of user addresses; in bytes. */
export function validRange(start: bigint, length: bigint): boolean {
  return isPageAligned(start) && validLength(start, length);
}

/** The same, but that it may begin within a page. */
export function validLength(start: bigint, length: bigint): boolean {
  return isPageAligned(length) && length > 0n && start < TASK_SIZE && length <= TASK_SIZE - start;
}

/** Whether somebody changes mappings of the range's memory just now: the call is to be made again, with -EAGAIN. */
export function isChanging({ uffd }: UffdFile): boolean {
  uffd.noteRead();
  return uffd.mapChanging > 0;
}
