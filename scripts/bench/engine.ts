/** The engine's benchmark workloads, written with the actors and the lock that experiments import. */
import { Engine } from '../../src/model/engine/engine.ts';
import { Mutex } from '../../src/model/engine/mutex.ts';
import type { Actor } from '../../src/model/engine/step.ts';

/** `actors` actors that wait 1200 ns, take the lock, hold it 500 ns, release it and wait 300 ns, `loops` times. */
export function contendedLock(actors: number, loops: number): void {
  const engine = new Engine();
  const mutex = new Mutex(engine, 'lock');
  function* worker(): Actor {
    for (let i = 0; i < loops; i++) {
      yield 1200;
      yield mutex.lock();
      yield 500;
      mutex.unlock();
      yield 300;
    }
  }
  for (let i = 0; i < actors; i++) engine.spawn(`worker ${i}`, worker());
  engine.run();
}

/** `actors` actors that do nothing but wait, `events` times each: what one event costs. */
export function bareEvents(actors: number, events: number): void {
  const engine = new Engine();
  function* waiter(ns: number): Actor {
    for (let i = 0; i < events; i++) yield ns + (i & 7);
  }
  for (let i = 0; i < actors; i++) engine.spawn(`waiter ${i}`, waiter(100 + i));
  engine.run();
}
