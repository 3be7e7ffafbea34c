/**
 * One line of a buffer, a writer and a reader with a type each, and what else may happen to the line meanwhile. Every
 * order is explored; what is collected are the outcomes that are possible.
 */
import { Caches } from '../../arch/caches.ts';
import { type EffectiveType, isCached } from '../../arch/memoryType.ts';
import { Cell } from '../../engine/cell.ts';
import type { Engine } from '../../engine/engine.ts';
import { search } from '../../engine/explorer/search.ts';
import { type Actor, POINT } from '../../engine/step.ts';

/** Who reads what the guest has written. */
export type Reader =
  /** A thread on a CPU of the host: the GPU process, or the VMM that migrates the guest. */
  | { readonly kind: 'cpu'; readonly type: EffectiveType }
  /** A device. */
  | { readonly kind: 'device'; readonly snoops: boolean };

export interface Litmus {
  /** Type of the guest's access. */
  readonly writer: EffectiveType;
  readonly reader: Reader;
  /** The writer flushes what it has written: CLFLUSH for what it caches, SFENCE for what it combines. */
  readonly writerSyncs: boolean;
  /** The reader drops its own copy before it reads. */
  readonly readerSyncs: boolean;
  readonly selfSnoop: boolean;
  /** What is not cached looks into every CPU's cache, not its own alone. */
  readonly snoopsAll: boolean;
  /** Guest and host thread run on one CPU, in turn. */
  readonly sameCpu: boolean;
  /** The host has written the buffer before, through a write-back mapping, and flushed nothing. */
  readonly hostWroteBefore: boolean;
  /** Somebody on the host runs WBINVD on every CPU at some time. */
  readonly wbinvd: boolean;
}

/** What is possible. */
export interface LitmusOutcome {
  /** What the reader finds, in all orders: some of `new` and `old`. */
  readonly seen: readonly string[];
  /** What memory holds in the end, when every cache has been written back. */
  readonly left: readonly string[];
  readonly schedules: number;
  readonly complete: boolean;
}

const LINE = 0;
const OLDEST = 1;
const OLD = 2;
const NEW = 3;

/** Explores every order of one litmus test. */
export function explore(test: Litmus): LitmusOutcome {
  const result = search(engine => world(engine, test));
  const parts = result.finalStates.map(state => state.split(' '));
  const distinct = (at: number) => [...new Set(parts.map(part => part[at]))].sort();
  return {
    seen: distinct(0),
    left: distinct(1),
    schedules: result.schedules,
    complete: result.complete && result.properties.every(property => property.holds),
  };
}

function world(engine: Engine, test: Litmus) {
  const { writer, reader } = test;
  const caches = new Caches(engine, {
    cpus: 2,
    selfSnoop: test.selfSnoop,
    snoopsAll: test.snoopsAll,
  });
  const ready = new Cell(engine, 'ready');
  const guestCpu = 0;
  const hostCpu = test.sameCpu ? 0 : 1;
  const readerCached = reader.kind === 'cpu' && isCached(reader.type);
  let seen = OLDEST;
  caches.deviceWrite(LINE, test.hostWroteBefore ? OLDEST : OLD, false);
  if (test.hostWroteBefore) caches.write(hostCpu, LINE, OLD, 'WB');

  function* guest(): Actor {
    yield POINT;
    caches.write(guestCpu, LINE, NEW, writer);
    if (test.writerSyncs) {
      yield POINT;
      if (isCached(writer)) caches.flushLine(LINE);
      else caches.drainAll(guestCpu);
    }
    yield POINT;
    ready.store(1, 'release');
  }

  function* read(): Actor {
    for (;;) {
      engine.beginAttempt();
      if (ready.load('acquire') === 1) break;
      yield engine.retry();
    }
    if (test.readerSyncs && readerCached) {
      yield POINT;
      caches.flushLine(LINE);
    }
    yield POINT;
    seen =
      reader.kind === 'cpu'
        ? caches.read(hostCpu, LINE, reader.type)
        : caches.deviceRead(LINE, reader.snoops);
  }

  function* once(act: () => void): Actor {
    yield POINT;
    act();
  }

  engine.spawn('guest', guest());
  engine.spawn('reader', read());
  const hostCaches = readerCached || test.hostWroteBefore;
  if (isCached(writer))
    engine.spawn(
      'eviction, guest’s CPU',
      once(() => caches.evict(guestCpu, LINE)),
    );
  else if (writer !== 'UC')
    engine.spawn(
      'drain of combined writes',
      once(() => caches.drain(guestCpu, LINE)),
    );
  if (hostCaches)
    engine.spawn(
      'eviction, host’s CPU',
      once(() => caches.evict(hostCpu, LINE)),
    );
  if (readerCached)
    engine.spawn(
      'speculative fill, host’s CPU',
      once(() => caches.speculativeFill(hostCpu, LINE)),
    );
  if (test.wbinvd)
    engine.spawn(
      'WBINVD',
      once(() => {
        for (const cpu of [0, 1]) caches.writeBackInvalidate(cpu);
      }),
    );
  return {
    properties: [],
    finalState: () => {
      for (const cpu of [0, 1]) {
        caches.drainAll(cpu);
        caches.writeBackAll(cpu);
      }
      const name = (token: number) => (token === NEW ? 'new' : 'old');
      return `${name(seen)} ${name(caches.inMemory(LINE))}`;
    },
  };
}
