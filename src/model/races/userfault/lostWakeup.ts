/** A fault queues itself, somebody reads it, somebody wakes it: who could sleep for ever? */
import type { Engine } from '../../engine/engine.ts';
import { NO_LOST_WAKEUP } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { releaseUserfaultfd, unregisterRange } from '../../host/uffdRegister.ts';
import { pollUserfaultfd, readUserfaultfd } from '../../host/userfault.ts';
import type { Race, RaceWorld } from '../race.ts';
import { UffdWorld } from './uffdWorld.ts';

export const lostWakeup: Race = {
  id: 'userfault/lost-wakeup',
  question: 'Can a thread sleep for ever in a userfault, also when a reader stops?',
  designs: [
    { name: 'merged', title: 'Queue, look again, sleep; read, copy, wake', expected: 'holds' },
    {
      name: 'merged-unregister',
      title: 'The only reader stops after its read, and the range is unregistered',
      expected: 'holds',
    },
    {
      name: 'merged-close',
      title: 'The only reader stops before its read, and closes the descriptor',
      expected: 'holds',
    },
    { name: 'two-plain', title: 'Two readers poll, and every fault wakes both', expected: 'holds' },
    {
      name: 'two-exclusive',
      title: 'Two readers poll with EPOLLEXCLUSIVE, and a fault wakes one',
      expected: 'holds',
    },
    {
      name: 'plain-stops',
      title: 'Two readers poll, a fault wakes both, and one stops before it reads',
      expected: 'holds',
    },
    {
      name: 'exclusive-stops',
      title: 'Two readers poll with EPOLLEXCLUSIVE, and one stops before it reads',
      weakening: 'The fault has woken one reader, who ends with the message unread; the other sleeps on.',
      expected: NO_LOST_WAKEUP,
    },
    {
      name: 'left-open',
      title: 'The only reader stops before its read, and the descriptor stays open',
      weakening: 'Somebody else still has the descriptor, so that nothing releases the fault.',
      expected: NO_LOST_WAKEUP,
    },
    {
      name: 'reader-stops',
      title: 'The reader stops after its read, and another goes on',
      weakening: 'A fault that was read is in nobody else’s hands: the second reader never hears of it.',
      expected: NO_LOST_WAKEUP,
    },
    {
      name: 'poll-then-sleep',
      title: 'The reader looks, then sleeps',
      weakening: 'Between looking for a message and sleeping the reader can miss the one that comes.',
      expected: NO_LOST_WAKEUP,
    },
  ],
  build(engine, design): RaceWorld {
    return POLLING.includes(design) ? pollingWorld(engine, design) : readingWorld(engine, design);
  },
};

/** Designs with two readers that poll. */
const POLLING = ['two-plain', 'two-exclusive', 'plain-stops', 'exclusive-stops'];

/** A thread faults, and one reader at a time waits in read(). */
function readingWorld(engine: Engine, design: string): RaceWorld {
  const world = new UffdWorld(engine);
  const goesOn = design === 'merged' || design === 'poll-then-sleep';
  engine.spawn('thread', world.machine.mm.fault(world.page, true));
  engine.spawn(
    goesOn ? 'reader' : 'reader that stops',
    goesOn ? reader(world, design) : stoppingReader(world, design),
    { daemon: true },
  );
  return { properties: [], memory: world.memory, show: () => world.show() };
}

function* reader(world: UffdWorld, design: string): Actor {
  const { uffd } = world;
  for (;;) {
    if (design === 'poll-then-sleep' && !uffd.readable) {
      yield POINT;
      yield uffd.readers.wait();
    }
    yield* readUserfaultfd(uffd, false, null);
    yield* world.copy();
    yield* world.wake();
  }
}

function* stoppingReader(world: UffdWorld, design: string): Actor {
  const { uffd, page } = world;
  const { mm } = world.machine;
  if (design === 'left-open' || design === 'merged-close') {
    yield* pollUserfaultfd(uffd, false);
    if (design === 'merged-close') yield* releaseUserfaultfd(mm, uffd);
    return;
  }
  yield* readUserfaultfd(uffd, false, null);
  if (design === 'merged-unregister') yield* unregisterRange(mm, uffd, page, page + 1, false);
  // Whoever reads from now on does not know of the first fault.
  else yield* reader(world, design);
}

/** Two readers poll one userfaultfd, on which a thread faults. Each goes on until it has had a message. */
function pollingWorld(engine: Engine, design: string): RaceWorld {
  const world = new UffdWorld(engine);
  const exclusive = design.startsWith('exclusive') || design === 'two-exclusive';
  engine.spawn('thread', world.machine.mm.fault(world.page, true));
  if (design.endsWith('stops')) {
    engine.spawn('reader that stops', pollUserfaultfd(world.uffd, exclusive), { daemon: true });
  } else {
    engine.spawn('reader 0', pollingReader(world, exclusive), { daemon: true });
  }
  engine.spawn('reader 1', pollingReader(world, exclusive), { daemon: true });
  return { properties: [], memory: world.memory, show: () => world.show() };
}

function* pollingReader(world: UffdWorld, exclusive: boolean): Actor {
  const { uffd } = world;
  do yield* pollUserfaultfd(uffd, exclusive);
  while (typeof (yield* readUserfaultfd(uffd, true, null)) === 'number');
  yield* world.copy();
  yield* world.wake();
}
