/**
 * Demand paging under load: every vCPU touches pages that are not there, as fast as they come. What
 * tools/testing/selftests/kvm/demand_paging_test.c does.
 *
 * Nothing here says how a rate depends on the number of vCPUs. They meet in the lines that all of them write (lock
 * words, reference counts, list heads) and in the two spinlocks of each userfaultfd.
 */
import { CacheLine } from '../../engine/cacheLine.ts';
import { Engine } from '../../engine/engine.ts';
import { Link } from '../../engine/link.ts';
import { Random } from '../../engine/random.ts';
import type { Actor, Step } from '../../engine/step.ts';
import { LockedLine } from './lockedLine.ts';
import type { PagingCosts, PagingResult, PagingShape } from './paging.ts';
import { PagingUffd } from './pagingUffd.ts';
import { WaitEntries } from './waitList.ts';

/** ns between taking a lock for reading and giving it back, where nothing is done that is counted elsewhere. */
const BRIEFLY = 100;

/**
 * Runs it until enough pages have come.
 *
 * @throws RangeError where the shape has no vCPU, reader, userfaultfd or fault, or more userfaultfds than vCPUs.
 */
export function demandPaging(shape: PagingShape, costs: PagingCosts, seed = 1): PagingResult {
  checkShape(shape);
  const { vcpus, trap, faults, wire } = shape;
  const engine = new Engine();
  const random = new Random(seed);
  const readers = trap === 'userfaultfd' ? shape.readers * shape.uffds : 0;
  const entries = new WaitEntries(vcpus, vcpus + readers, costs.line, costs.cleanLine);
  const mmapLock = new CacheLine(engine, costs.line);
  const mmUsers = new CacheLine(engine, costs.line);
  const mmuLock = new CacheLine(engine, costs.line);
  // A mutex: who waits for it spins as long as its holder runs (kernel/locking/mutex.c), which is all there is here.
  const slotsLock = new LockedLine(engine, 'slots_lock', costs.line);
  const link = wire === undefined ? null : new Link(engine, wire.latencyNs, wire.bytesPerNs);
  const uffds = Array.from(
    { length: shape.uffds },
    (_, i) => new PagingUffd(engine, `uffd${i}`, costs, entries),
  );
  const warmUp = Math.ceil(faults / 3);
  let pages = 0;
  let startedAt = 0;
  let endedAt = 0;
  let waited = 0;
  let wired = 0;

  /** A stretch of code, a quarter longer or shorter, so that threads do not run in step. */
  const code = (ns: number): Step => Math.round(ns * (0.75 + 0.5 * random.fraction()));

  function* briefly(lock: CacheLine, cpu: number): Actor {
    yield lock.write(cpu);
    yield BRIEFLY;
    yield lock.write(cpu);
  }

  function* fetch(): Actor {
    if (link === null) return;
    const since = engine.now;
    yield link.send(wire!.pageBytes);
    if (startedAt > 0 && pages < warmUp + faults) wired += engine.now - since;
  }

  /** KVM_SET_MEMORY_ATTRIBUTES: slots_lock around it, and mmu_lock taken for writing at both ends. */
  function* clearAttribute(cpu: number): Actor {
    yield* slotsLock.lock(cpu);
    yield mmuLock.write(cpu);
    yield code(costs.attribute);
    yield mmuLock.write(cpu);
    slotsLock.unlock();
  }

  /** UFFDIO_CONTINUE or UFFDIO_COPY: references to the file and to the mm, and mmap_lock for reading. */
  function* fill(uffd: PagingUffd, cpu: number): Actor {
    yield uffd.file.write(cpu);
    yield mmUsers.write(cpu);
    yield mmapLock.write(cpu);
    yield code(costs.fill + costs.page);
    yield mmapLock.write(cpu);
    yield mmUsers.write(cpu);
    yield uffd.file.write(cpu);
  }

  function* touch(uffd: PagingUffd, cpu: number): Actor {
    switch (trap) {
      case 'userfaultfd':
        yield code(costs.fault / 2);
        // KVM first asks without waiting, which cannot sleep in a userfault.
        yield* briefly(mmapLock, cpu);
        yield mmapLock.write(cpu);
        yield* uffd.queueFault(cpu);
        yield mmapLock.write(cpu);
        yield* uffd.waitUntilFilled(cpu);
        yield code(costs.fault / 2);
        yield* briefly(mmapLock, cpu);
        break;
      case 'exit and fill':
        yield code(costs.exit);
        yield* fetch();
        yield* fill(uffd, cpu);
        yield code(costs.fault);
        break;
      default:
        if (trap !== 'none') {
          yield code(costs.exit);
          yield* fetch();
        }
        if (trap === 'exit and attribute') yield* clearAttribute(cpu);
        yield code(costs.fault / 2);
        yield mmapLock.write(cpu);
        yield code(costs.fault / 2 + costs.page);
        yield mmapLock.write(cpu);
    }
    yield* briefly(mmuLock, cpu);
  }

  function* vcpu(id: number): Actor {
    const uffd = uffds[id % uffds.length];
    yield code(costs.fault * random.fraction());
    while (pages < warmUp + faults) {
      const since = engine.now;
      yield* touch(uffd, id);
      pages++;
      if (pages === warmUp) startedAt = engine.now;
      if (pages <= warmUp || pages > warmUp + faults) continue;
      waited += engine.now - since;
      endedAt = engine.now;
    }
  }

  function* reader(uffd: PagingUffd, cpu: number): Actor {
    const own = uffd.addReader(cpu);
    for (;;) {
      yield* uffd.waitForFault(own);
      yield code(costs.reader / 2);
      const filled = yield* uffd.readFault(cpu);
      if (filled < 0) continue;
      yield code(costs.reader / 2);
      yield* fetch();
      yield* fill(uffd, cpu);
      yield* uffd.wakeFault(filled, cpu);
    }
  }

  for (let i = 0; i < readers; i++) {
    engine.spawn(`reader${i}`, reader(uffds[i % uffds.length], vcpus + i), { daemon: true });
  }
  for (let id = 0; id < vcpus; id++) {
    const actor = engine.spawn(`vcpu${id}`, vcpu(id));
    uffds[id % uffds.length].noteSleeper(id, actor);
  }
  engine.run();
  const lines = [mmapLock, mmUsers, mmuLock, slotsLock.line, ...uffds.flatMap(uffd => uffd.lines)];
  const transfers = lines.reduce((sum, line) => sum + line.transfers, entries.transfers);
  return {
    nsPerPage: (endedAt - startedAt) / faults,
    meanNs: waited / faults,
    wireNs: wired / faults,
    linesPerPage: transfers / pages,
  };
}

function checkShape({ vcpus, uffds, readers, faults }: PagingShape): void {
  const atLeastOne = { vcpus, uffds, readers, faults };
  for (const [name, value] of Object.entries(atLeastOne)) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}; it is a whole number of 1 or more`);
  }
  if (uffds > vcpus)
    throw new RangeError(`${uffds} userfaultfds for ${vcpus} vCPUs; there are at most as many as vCPUs`);
}
