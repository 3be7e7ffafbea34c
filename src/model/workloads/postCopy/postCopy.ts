/**
 * Post-copy: the guest runs, its memory follows. A touch of a block that is not there is trapped, requested, fetched,
 * installed and let go on.
 */
import { Engine } from '../../engine/engine.ts';
import { Mutex } from '../../engine/mutex.ts';
import { Random } from '../../engine/random.ts';
import type { Actor, Step } from '../../engine/step.ts';
import { WaitQueue } from '../../engine/waitQueue.ts';
import type { PagingCosts } from '../demandPaging/paging.ts';
import { PagingUffd } from '../demandPaging/pagingUffd.ts';
import { WaitEntries } from '../demandPaging/waitList.ts';
import { Backlog, type BacklogOptions } from './backlog.ts';

export interface PostCopyOptions extends Omit<BacklogOptions, 'endless'> {
  readonly trap: 'userfaultfd' | 'exit';
  readonly vcpus: number;
  /** Blocks that the guest touches, from the middle of its memory. */
  readonly workingSet: number;
  /** ns that a vCPU runs, on average, from one touch of its working set to the next. */
  readonly touchNs: number;
  /** Ends after so many faults, with a guest whose memory never comes to an end; else when all memory has come. */
  readonly faults?: number;
  /** ns for each entry of `speed`; nothing is noted unless given. */
  readonly binNs?: number;
}

/** One fault, in ns. */
export interface FaultTimes {
  /** From the touch until the request leaves. */
  readonly trapped: number;
  /** Behind others on the wire. */
  readonly queued: number;
  /** On the network, its own bytes included. */
  readonly network: number;
  /** Installing the block and going on. */
  readonly resumed: number;
}

export interface PostCopyResult {
  /** ns until the end, or until the last of `faults` was done. */
  readonly durationNs: number;
  readonly faults: readonly FaultTimes[];
  /** ns that vCPUs ran. */
  readonly ranNs: number;
  /** Of all vCPUs' time, how much they ran, for one bin after another. */
  readonly speed: readonly number[];
}

/** Faults remembered at most; the rest count but are not told one by one. */
const REMEMBERED = 200_000;

/** Runs it to its end. */
export function postCopy(options: PostCopyOptions, costs: PagingCosts, seed = 1): PostCopyResult {
  const engine = new Engine();
  const random = new Random(seed);
  const { vcpus, trap, blocks, binNs = 0 } = options;
  const endless = options.faults !== undefined;
  const backlog = new Backlog(engine, { ...options, endless });
  const workingSet = Math.min(options.workingSet, blocks);
  const first = Math.floor((blocks - workingSet) / 2);
  const uffd = new PagingUffd(
    engine,
    'uffd',
    costs,
    new WaitEntries(vcpus, vcpus + 2, costs.line, costs.cleanLine),
  );
  const receiver = new Mutex(engine, 'receiver');
  const faults: FaultTimes[] = [];
  const bins: number[] = [];
  const fetches: { readonly wake: WaitQueue; asked: boolean }[] = [];
  const current: { block: number; touchedAt: number }[] = [];
  let ranNs = 0;
  let endedAt = 0;
  let reachedAt = 0;
  let running = vcpus;

  const code = (ns: number): Step => Math.round(ns);
  const over = () => (endless ? faults.length >= options.faults! : backlog.complete);

  function noteRun(ns: number): void {
    ranNs += ns;
    if (binNs <= 0) return;
    const bin = Math.floor(engine.now / binNs);
    bins[bin] = (bins[bin] ?? 0) + ns;
  }

  function note(times: FaultTimes): void {
    if (faults.length < REMEMBERED) faults.push(times);
    if (faults.length === options.faults) reachedAt = engine.now;
  }

  /** A block that is not there, or -1 where a few tries find none. */
  function missingBlock(): number {
    for (let tries = 0; tries < 64; tries++) {
      const block = first + random.below(workingSet);
      if (endless || !backlog.isHere(block)) return block;
    }
    return -1;
  }

  function* vcpu(id: number): Actor {
    while (!over()) {
      const missing = endless ? 1 : backlog.missingOf(first, workingSet) / workingSet;
      const most = binNs > 0 ? Math.ceil(binNs / 4) : Infinity;
      const nap = missing > 0 ? Math.max(1, random.exponential(options.touchNs / missing)) : most + 1;
      yield Math.min(nap, most);
      noteRun(Math.min(nap, most));
      if (nap > most) continue;
      const block = missingBlock();
      if (block < 0) continue;
      const touchedAt = engine.now;
      if (trap === 'exit') {
        yield code(costs.exit);
        const askedAt = engine.now;
        const queued = yield* backlog.request(block);
        const gotAt = engine.now;
        yield code(costs.fill + costs.page + costs.fault);
        note({
          trapped: askedAt - touchedAt,
          queued,
          network: gotAt - askedAt - queued,
          resumed: engine.now - gotAt,
        });
        continue;
      }
      current[id] = { block, touchedAt };
      yield code(costs.fault / 2);
      yield* uffd.queueFault(id);
      yield* uffd.waitUntilFilled(id);
      yield code(costs.fault / 2);
    }
    running--;
    if (running > 0) return;
    endedAt = engine.now;
    backlog.stopped = true;
  }

  /** Fetches for one vCPU at a time; a block that comes waits for the thread that installs. */
  function* fetcher(id: number): Actor {
    for (;;) {
      if (!fetches[id].asked) yield fetches[id].wake.wait();
      fetches[id].asked = false;
      const { block, touchedAt } = current[id];
      const askedAt = engine.now;
      const queued = yield* backlog.request(block);
      const gotAt = engine.now;
      yield receiver.lock();
      yield code(costs.fill + costs.page);
      yield* uffd.wakeFault(id, vcpus + 1);
      receiver.unlock();
      note({
        trapped: askedAt - touchedAt,
        queued,
        network: gotAt - askedAt - queued,
        resumed: engine.now - gotAt + costs.wake + code(costs.fault / 2),
      });
    }
  }

  function* reader(): Actor {
    const own = uffd.addReader(vcpus);
    for (;;) {
      yield* uffd.waitForFault(own);
      yield code(costs.reader);
      const id = yield* uffd.readFault(vcpus);
      if (id < 0) continue;
      fetches[id].asked = true;
      fetches[id].wake.wakeOne();
    }
  }

  if (trap === 'userfaultfd') {
    engine.spawn('reader', reader(), { daemon: true });
    for (let id = 0; id < vcpus; id++) {
      fetches.push({ wake: new WaitQueue(engine, 'fetch'), asked: false });
      engine.spawn(`fetch${id}`, fetcher(id), { daemon: true });
    }
  }
  if (options.stream !== 'none' && !endless) engine.spawn('stream', backlog.stream());
  for (let id = 0; id < vcpus; id++) uffd.noteSleeper(id, engine.spawn(`vcpu${id}`, vcpu(id)));
  engine.run();
  const speed = Array.from({ length: Math.ceil(endedAt / (binNs || endedAt || 1)) }, (_, bin) =>
    Math.min(1, (bins[bin] ?? 0) / (vcpus * Math.max(1, Math.min(binNs, endedAt - bin * binNs)))),
  );
  return { durationNs: endless ? reachedAt : endedAt, faults, ranNs, speed: binNs > 0 ? speed : [] };
}
