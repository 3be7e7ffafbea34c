/**
 * A userfaultfd: who sleeps in faults on the ranges it handles, and what it has to tell (fs/userfaultfd.c).
 *
 * Faults that nobody has read yet sit in one queue, those that were read in another; each queue has its spinlock,
 * and a reader holds both while it moves an entry over. All faults of one userfaultfd share these two locks.
 */
import type { Costs } from '../costs/table.ts';
import { ORDER } from '../engine/access.ts';
import type { Engine, Grantable } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { RwLock } from '../engine/rwLock.ts';
import { SpinLock } from '../engine/spinLock.ts';
import { POINT, type Step } from '../engine/step.ts';
import { WaitQueue } from '../engine/waitQueue.ts';
import type { Task } from './task.ts';

/** Features (UFFD_FEATURE_*, include/uapi/linux/userfaultfd.h). */
export const UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1 << 0;
export const UFFD_FEATURE_EVENT_FORK = 1 << 1;
export const UFFD_FEATURE_EVENT_REMAP = 1 << 2;
export const UFFD_FEATURE_EVENT_REMOVE = 1 << 3;
export const UFFD_FEATURE_EVENT_UNMAP = 1 << 6;
export const UFFD_FEATURE_SIGBUS = 1 << 7;
export const UFFD_FEATURE_THREAD_ID = 1 << 8;
export const UFFD_FEATURE_EXACT_ADDRESS = 1 << 11;
export const UFFD_FEATURE_WP_HUGETLBFS_SHMEM = 1 << 12;
export const UFFD_FEATURE_WP_UNPOPULATED = 1 << 13;
export const UFFD_FEATURE_POISON = 1 << 14;
export const UFFD_FEATURE_WP_ASYNC = 1 << 15;
export const UFFD_FEATURE_MOVE = 1 << 16;

/** Every feature of the release that the recordings are of. */
export const UFFD_FEATURES = 0x1ffff;

/** Flags of a page-fault message (UFFD_PAGEFAULT_FLAG_*). */
export const UFFD_FAULT_WRITE = 1 << 0;
export const UFFD_FAULT_WP = 1 << 1;
export const UFFD_FAULT_MINOR = 1 << 2;

/** What read() hands out. Addresses and lengths in bytes. */
export type UffdMessage =
  | { readonly event: 'pagefault'; readonly address: number; readonly flags: number; readonly thread: number }
  | { readonly event: 'fork'; readonly child: Userfaultfd }
  | { readonly event: 'remap'; readonly from: number; readonly to: number; readonly length: number }
  | { readonly event: 'remove'; readonly start: number; readonly end: number }
  | { readonly event: 'unmap'; readonly start: number; readonly end: number };

/** A thread that sleeps in a fault. */
export interface FaultWaiter {
  readonly task: Task | null;
  readonly actor: number;
  readonly message: UffdMessage & { event: 'pagefault' };
  /** Set by whoever wakes it. */
  woken: boolean;
  /** False once a waker took it off its queue. */
  queued: boolean;
}

/** A thread that waits until its event has been read. */
export interface EventWaiter {
  readonly actor: number;
  readonly message: UffdMessage;
  /** Set when a reader has taken it. */
  done: boolean;
}

export class Userfaultfd implements Hashable {
  readonly engine: Engine;
  /** Features that UFFDIO_API turned on; only valid once `initialized`. */
  features = 0;
  initialized = false;
  /** Only faults of user mode are handled (UFFD_USER_MODE_ONLY). */
  readonly userModeOnly: boolean;
  /** The last descriptor was closed: nobody will answer any more. */
  released = false;
  /** None of its ranges is left: they are ordinary memory again. */
  cleared = false;
  /** Layout changes under way whose event has not been read: filling is refused meanwhile. */
  mapChanging = 0;
  /** Faults that nobody has read, oldest first. */
  readonly pending: FaultWaiter[] = [];
  /** Faults that were read and not yet resolved. */
  readonly read: FaultWaiter[] = [];
  /** Events that nobody has read, oldest first. */
  readonly events: EventWaiter[] = [];
  readonly pendingLock: SpinLock;
  readonly readLock: SpinLock;
  readonly eventLock: SpinLock;
  /** Held for writing by whoever changes the layout, for reading by whoever fills. */
  readonly mapChangingLock: RwLock;
  /** Threads asleep in faults. */
  readonly sleepers: WaitQueue;
  /** Threads asleep until their event is read. */
  readonly eventSleepers: WaitQueue;
  /** Threads that wait for something to read, in read() or poll(): all are woken. */
  readonly readers: WaitQueue;
  /** Threads that wait in epoll with EPOLLEXCLUSIVE: one of them is woken. */
  readonly exclusiveReaders: WaitQueue;
  /** Time, in ns, from waking a thread until it runs. */
  readonly wakeNs: number;
  private readonly object: number;

  constructor(engine: Engine, costs: Costs, userModeOnly: boolean) {
    this.engine = engine;
    this.wakeNs = costs.wakeSleeper;
    this.userModeOnly = userModeOnly;
    this.object = engine.access.reserve(1, 'userfaultfd queues');
    this.pendingLock = new SpinLock(engine, 'fault_pending_wqh', costs.uffdLockHandoff);
    this.readLock = new SpinLock(engine, 'fault_wqh', costs.uffdLockHandoff);
    this.eventLock = new SpinLock(engine, 'event_wqh');
    this.mapChangingLock = new RwLock(engine, 'map_changing_lock');
    this.sleepers = new WaitQueue(engine, 'userfault');
    this.eventSleepers = new WaitQueue(engine, 'userfaultfd event');
    this.readers = new WaitQueue(engine, 'userfaultfd read');
    this.exclusiveReaders = new WaitQueue(engine, 'userfaultfd exclusive poll');
  }

  /** Whether a feature is on. */
  has(feature: number): boolean {
    return (this.features & feature) !== 0;
  }

  /** Reports a look at the queues, or at `released` and `mapChanging`, without their locks. */
  noteRead(): void {
    this.engine.access.read(this.object);
  }

  /** Reports a change of the queues, of `released` or of `mapChanging`. */
  noteWrite(): void {
    this.engine.access.write(this.object);
  }

  /**
   * What a fault does that comes while the last descriptor is closed: it starts over until its range is ordinary
   * memory. Yield it. In a search it waits for that.
   */
  untilCleared(): Step {
    if (!this.engine.stepwise) return POINT;
    const { engine, object } = this;
    const wait: Grantable = {
      canGrant: () => this.cleared,
      grant: () => engine.access.note(object, ORDER),
    };
    return engine.request(wait);
  }

  /** There is something to read: wakes everybody who waits plainly, and one who waits exclusively (wake_up_poll). */
  wakeReaders(): void {
    this.readers.wakeAll(this.wakeNs);
    this.exclusiveReaders.wakeOne(this.wakeNs);
  }

  /** Whether there is something to read. */
  get readable(): boolean {
    this.noteRead();
    return this.pending.length > 0 || this.events.length > 0;
  }

  hashInto(hash: StateHash): void {
    hash
      .add(this.features)
      .add(this.released ? 1 : 0)
      .add(this.mapChanging);
    for (const queue of [this.pending, this.read]) {
      hash.add(queue.length);
      for (const { message, woken } of queue)
        hash
          .add(message.address)
          .add(message.flags)
          .add(woken ? 1 : 0);
    }
    hash.add(this.events.length);
    for (const { message } of this.events) hash.text(message.event);
  }
}
