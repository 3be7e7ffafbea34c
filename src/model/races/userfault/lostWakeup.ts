/** A fault queues itself, somebody reads it, somebody wakes it: who could sleep for ever? */
import { NO_LOST_WAKEUP } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { unregisterRange } from '../../host/uffdRegister.ts';
import { readUserfaultfd } from '../../host/userfault.ts';
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
    const world = new UffdWorld(engine);
    const stops = design === 'merged-unregister' || design === 'reader-stops';
    engine.spawn('thread', world.machine.mm.fault(world.page, true));
    engine.spawn(
      stops ? 'reader that stops' : 'reader',
      stops ? stoppingReader(world, design) : reader(world, design),
      {
        daemon: true,
      },
    );
    return { properties: [], show: () => world.show() };
  },
};

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
  yield* readUserfaultfd(uffd, false, null);
  if (design === 'merged-unregister') yield* unregisterRange(world.machine.mm, uffd, page, page + 1);
  // Whoever reads from now on does not know of the first fault.
  else yield* reader(world, design);
}
