/**
 * A userfaultfd under load: its locks, its queues and its readers, with every line that they share (fs/userfaultfd.c,
 * fs/eventpoll.c). What it does to memory is in host/userfault.ts; here is what it takes.
 */
import { CacheLine } from '../../engine/cacheLine.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Actor } from '../../engine/step.ts';
import { WaitQueue } from '../../engine/waitQueue.ts';
import { LockedLine } from './lockedLine.ts';
import type { PagingCosts } from './paging.ts';
import { type WaitEntries, WaitList } from './waitList.ts';

/**
 * A thread that reads a userfaultfd. It waits in an epoll of its own and asks to be woken alone (EPOLLEXCLUSIVE), as
 * the test behind both published tables does: by the third patch of Moorthy's series of February 2023, and in the
 * kernel's own test since April 2024 (0cba6442e9e2).
 */
interface PagingReader {
  readonly cpu: number;
  /** Its epoll: lock and list of what is ready. */
  readonly epoll: CacheLine;
  readonly queue: WaitQueue;
  asleep: boolean;
  ready: boolean;
}

export class PagingUffd {
  /** Reference count of the open file: every ioctl takes one and gives it back. */
  readonly file: CacheLine;
  private readonly engine: Engine;
  private readonly costs: PagingCosts;
  private readonly references: CacheLine;
  /** fault_pending_wqh and fault_wqh, which lie in one line. */
  private readonly queues: LockedLine;
  /** fd_wqh, whose list holds the readers' epolls. */
  private readonly fd: LockedLine;
  private readonly pending: WaitList;
  private readonly taken: WaitList;
  private readonly readers: PagingReader[] = [];
  private readonly sleepers: WaitQueue;
  private readonly actors = new Map<number, number>();
  private readonly filled = new Set<number>();

  constructor(engine: Engine, name: string, costs: PagingCosts, entries: WaitEntries) {
    this.engine = engine;
    this.costs = costs;
    this.file = new CacheLine(engine, costs.line);
    this.references = new CacheLine(engine, costs.line);
    this.queues = new LockedLine(engine, `${name} fault_pending_wqh`, costs.line);
    this.fd = new LockedLine(engine, `${name} fd_wqh`, costs.line);
    this.pending = new WaitList(entries);
    this.taken = new WaitList(entries);
    this.sleepers = new WaitQueue(engine, name);
  }

  /** The lines that its users write. */
  get lines(): readonly CacheLine[] {
    const own = [this.file, this.references, this.queues.line, this.fd.line];
    return [...own, ...this.readers.map(reader => reader.epoll)];
  }

  /** Says which actor a vCPU is. */
  noteSleeper(vcpu: number, actor: number): void {
    this.actors.set(vcpu, actor);
  }

  /** A thread on `cpu` begins to read. */
  addReader(cpu: number): PagingReader {
    const reader = {
      cpu,
      epoll: new CacheLine(this.engine, this.costs.line),
      queue: new WaitQueue(this.engine, 'epoll'),
      asleep: false,
      ready: false,
    };
    this.readers.push(reader);
    return reader;
  }

  /** A vCPU puts its fault on the queue (handle_userfault, up to its giving up mmap_lock). */
  *queueFault(vcpu: number): Actor {
    yield this.references.write(vcpu);
    yield* this.queues.lock(vcpu);
    yield this.pending.add(vcpu, vcpu);
    this.queues.unlock();
  }

  /**
   * It tells the readers and sleeps. Telling passes every reader that is busy, whose epoll learns that there is
   * something to read, and ends at the first that sleeps.
   */
  *waitUntilFilled(vcpu: number): Actor {
    yield* this.fd.lock(vcpu);
    for (const reader of this.readers) {
      yield reader.epoll.write(vcpu);
      reader.ready = true;
      if (!reader.asleep) continue;
      reader.asleep = false;
      yield this.costs.wake;
      reader.queue.wakeOne(this.costs.wake);
      break;
    }
    this.fd.unlock();
    // A reader may have filled the page before we sleep.
    if (!this.filled.has(vcpu)) yield this.sleepers.wait();
    this.filled.delete(vcpu);
    yield this.references.write(vcpu);
  }

  /** A reader waits until there is something to read (epoll_wait). */
  *waitForFault(reader: PagingReader): Actor {
    for (;;) {
      yield reader.epoll.write(reader.cpu);
      if (reader.ready) {
        yield this.queues.line.read(reader.cpu);
        if (this.pending.length > 0) return;
        reader.ready = false;
      }
      reader.asleep = true;
      yield reader.queue.wait();
    }
  }

  /** It reads; the fault goes from one queue to the other. Returns the vCPU, or -1 where another was faster. */
  *readFault(cpu: number): Actor<number> {
    yield* this.fd.lock(cpu);
    yield* this.queues.lock(cpu);
    let vcpu = -1;
    if (this.pending.length > 0) {
      vcpu = this.pending.oldest;
      yield this.pending.remove(vcpu, cpu) + this.taken.add(vcpu, cpu);
    }
    this.queues.unlock();
    this.fd.unlock();
    return vcpu;
  }

  /** It wakes who waits for the page, which it looks for in both queues (__wake_userfault). */
  *wakeFault(vcpu: number, cpu: number): Actor {
    yield* this.queues.lock(cpu);
    yield this.pending.walk(cpu) + this.taken.walk(cpu);
    yield this.taken.remove(vcpu, cpu) + this.costs.wake;
    this.filled.add(vcpu);
    this.sleepers.wakeActor(this.actors.get(vcpu)!, this.costs.wake);
    this.queues.unlock();
  }
}
