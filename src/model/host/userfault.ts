/**
 * The fault side of userfaultfd: a thread queues its fault, lets go of mmap_lock and sleeps until somebody has
 * filled the page or wakes it (handle_userfault, fs/userfaultfd.c).
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EAGAIN, EINTR } from './errno.ts';
import type { Mm } from './mm.ts';
import { PTE_WRITE, pteMaps, pteNoneMostly } from './pte.ts';
import type { Task } from './task.ts';
import { PAGE_SIZE } from './units.ts';
import {
  type FaultWaiter,
  UFFD_FAULT_MINOR,
  UFFD_FAULT_WP,
  UFFD_FAULT_WRITE,
  UFFD_FEATURE_EXACT_ADDRESS,
  UFFD_FEATURE_SIGBUS,
  UFFD_FEATURE_THREAD_ID,
  type UffdMessage,
  type Userfaultfd,
} from './userfaultfd.ts';
import { VM_UFFD_MINOR, VM_UFFD_WP, type Vma } from './vma.ts';
import { FAULT_AGAIN, FAULT_RETRY, FAULT_SIGBUS, type FaultMode, type FaultResult } from './vmFault.ts';

/** What a waker's range says of a waiting fault: bytes [start, start + length); a length of 0 means every fault. */
function covers(waiter: FaultWaiter, start: number, length: number): boolean {
  const { address } = waiter.message;
  return length === 0 || (start <= address && address < start + length);
}

/**
 * Hands a fault to the mapping's userfaultfd. Called with mmap_lock held for reading.
 *
 * @param reason VM_UFFD_MISSING, VM_UFFD_MINOR or VM_UFFD_WP.
 * @returns FAULT_RETRY with the lock given up; FAULT_AGAIN with it held, where the caller may not sleep; or
 *   FAULT_SIGBUS with it held.
 */
export function* handleUserfault(
  mm: Mm,
  vma: Vma,
  page: number,
  mode: FaultMode,
  reason: number,
): Actor<FaultResult> {
  const uffd = vma.uffd!;
  const { engine, costs } = mm;
  if (uffd.has(UFFD_FEATURE_SIGBUS)) return FAULT_SIGBUS;
  if (!mode.user && uffd.userModeOnly) return FAULT_SIGBUS;
  if (mode.nowait) return FAULT_AGAIN;
  uffd.noteRead();
  if (uffd.released) {
    mm.mmapLock.readUnlock();
    yield uffd.untilCleared();
    return FAULT_RETRY;
  }

  const waiter = newWaiter(uffd, page, mode, reason);
  const { task } = waiter;
  yield uffd.pendingLock.lock();
  uffd.noteWrite();
  uffd.pending.push(waiter);
  yield costs.uffdQueue;
  uffd.pendingLock.unlock();
  if (engine.stepwise) yield POINT;
  // safety: userfault-recheck-after-queueing
  const filled = !stillFaults(mm, page, reason);
  mm.mmapLock.readUnlock();
  if (engine.stepwise) yield POINT;
  uffd.noteRead();
  if (!filled && !uffd.released) {
    uffd.wakeReaders();
    if (engine.stepwise) yield POINT;
    // A waker that came since we queued has set `woken`: sleeping now would miss it.
    // safety: userfault-woken-before-sleep
    if (!waiter.woken) yield* sleep(uffd, mode, task);
  }
  if (engine.stepwise) yield POINT;
  uffd.noteRead();
  if (waiter.queued) {
    yield uffd.pendingLock.lock();
    uffd.noteWrite();
    dequeue(uffd, waiter);
    uffd.pendingLock.unlock();
  }
  return FAULT_RETRY;
}

function* sleep(uffd: Userfaultfd, mode: FaultMode, task: Task | null): Actor {
  if (task === null || !(mode.interruptible || mode.restarts)) {
    yield uffd.sleepers.wait();
    return;
  }
  if (task.signalPending) {
    if (!mode.restarts) return;
    task.restarting = true;
    yield uffd.engine.retry();
    task.restarting = false;
    return;
  }
  task.sleepsOn = uffd.sleepers;
  yield uffd.sleepers.wait();
  task.sleepsOn = null;
}

/**
 * Wakes the faults on bytes [start, start + length), whether they were read or not; a length of 0 wakes all. Each
 * faults again if its page is still not there.
 */
export function* wakeUserfaults(uffd: Userfaultfd, start: number, length: number): Actor {
  const { engine } = uffd;
  if (engine.stepwise) yield POINT;
  uffd.noteRead();
  // Whoever fills pages ahead of the faults takes no lock.
  if (uffd.pending.length === 0 && uffd.read.length === 0) return;
  yield uffd.pendingLock.lock();
  uffd.noteWrite();
  wakeMatching(uffd, uffd.pending, start, length);
  if (uffd.read.length > 0) {
    yield uffd.readLock.lock();
    wakeMatching(uffd, uffd.read, start, length);
    uffd.readLock.unlock();
  }
  uffd.pendingLock.unlock();
}

/** Whoever came last is woken first: waiters are put at the head of a queue, and a wake goes through it from there. */
function wakeMatching(uffd: Userfaultfd, queue: FaultWaiter[], start: number, length: number): void {
  for (const waiter of queue.toReversed()) {
    if (!covers(waiter, start, length)) continue;
    waiter.woken = true;
    waiter.queued = false;
    queue.splice(queue.indexOf(waiter), 1);
    uffd.sleepers.wakeActor(waiter.actor, uffd.wakeNs);
  }
}

function dequeue(uffd: Userfaultfd, waiter: FaultWaiter): void {
  for (const queue of [uffd.pending, uffd.read]) {
    const at = queue.indexOf(waiter);
    if (at >= 0) queue.splice(at, 1);
  }
  waiter.queued = false;
}

/**
 * Takes the oldest fault or event, waiting for one unless `nonblocking` (userfaultfd_ctx_read). A fault that is
 * read moves from one queue to the other; the thread that sent an event goes on.
 *
 * @returns the message, -EAGAIN, or -EINTR where a signal came.
 */
export function* readUserfaultfd(
  uffd: Userfaultfd,
  nonblocking: boolean,
  task: Task | null,
): Actor<UffdMessage | number> {
  for (;;) {
    yield uffd.pendingLock.lock();
    uffd.noteWrite();
    const waiter = uffd.pending.shift();
    if (waiter !== undefined) {
      yield uffd.readLock.lock();
      uffd.read.push(waiter);
      uffd.readLock.unlock();
      uffd.pendingLock.unlock();
      return waiter.message;
    }
    uffd.pendingLock.unlock();
    if (uffd.engine.stepwise) yield POINT;
    yield uffd.eventLock.lock();
    uffd.noteWrite();
    const event = uffd.events.shift();
    if (event !== undefined) {
      event.done = true;
      uffd.eventSleepers.wakeActor(event.actor, uffd.wakeNs);
    }
    uffd.eventLock.unlock();
    if (event !== undefined) return event.message;
    if (task?.signalPending) return -EINTR;
    if (nonblocking) return -EAGAIN;
    if (!uffd.readable) yield* waitToRead(uffd, task);
  }
}

/**
 * Waits until there is something to read (userfaultfd_poll).
 *
 * @param exclusive with EPOLLEXCLUSIVE, so that one of those who wait so is woken and not all.
 */
export function* pollUserfaultfd(uffd: Userfaultfd, exclusive: boolean): Actor {
  if (uffd.engine.stepwise) yield POINT;
  // Whoever waits is on the queue before it looks: nothing can come in between.
  if (!uffd.readable) yield (exclusive ? uffd.exclusiveReaders : uffd.readers).wait();
}

function* waitToRead(uffd: Userfaultfd, task: Task | null): Actor {
  if (task !== null) task.sleepsOn = uffd.readers;
  yield uffd.readers.wait();
  if (task !== null) task.sleepsOn = null;
}

/**
 * Tells a change of the layout to whoever reads, and waits until it has been read or nobody is left to read it.
 * `beginMapChange` came before it.
 */
export function* sendEvent(uffd: Userfaultfd, message: UffdMessage): Actor {
  const event = { actor: uffd.engine.current, message, done: false };
  yield uffd.eventLock.lock();
  uffd.noteWrite();
  uffd.events.push(event);
  uffd.eventLock.unlock();
  if (uffd.engine.stepwise) yield POINT;
  if (!event.done && !uffd.released) {
    uffd.wakeReaders();
    yield uffd.eventSleepers.wait();
  }
  uffd.noteWrite();
  const at = uffd.events.indexOf(event);
  if (at >= 0) uffd.events.splice(at, 1);
  uffd.mapChanging--;
}

/** From here until its event has been read, nobody may fill pages: they may be on their way elsewhere. */
export function* beginMapChange(uffd: Userfaultfd): Actor {
  yield uffd.mapChangingLock.write();
  uffd.noteWrite();
  uffd.mapChanging++;
  uffd.mapChangingLock.writeUnlock();
}

function newWaiter(uffd: Userfaultfd, page: number, mode: FaultMode, reason: number): FaultWaiter {
  let flags = mode.write ? UFFD_FAULT_WRITE : 0;
  if (reason & VM_UFFD_WP) flags |= UFFD_FAULT_WP;
  if (reason & VM_UFFD_MINOR) flags |= UFFD_FAULT_MINOR;
  const exact = uffd.has(UFFD_FEATURE_EXACT_ADDRESS);
  return {
    task: mode.task,
    actor: uffd.engine.current,
    message: {
      event: 'pagefault',
      address: page * PAGE_SIZE + (exact ? mode.offset : 0),
      flags,
      thread: uffd.has(UFFD_FEATURE_THREAD_ID) ? (mode.task?.id ?? 0) : 0,
    },
    woken: false,
    queued: true,
  };
}

/** Whether the page is as it was when it faulted (userfaultfd_must_wait). */
function stillFaults(mm: Mm, page: number, reason: number): boolean {
  const low = mm.table.low(page);
  if (pteNoneMostly(low)) return true;
  return pteMaps(low) && (low & PTE_WRITE) === 0 && (reason & VM_UFFD_WP) !== 0;
}
