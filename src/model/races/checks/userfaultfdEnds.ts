/** The end of a userfaultfd: whoever waits for its reader goes on. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import { releaseUserfaultfd } from '../../host/uffdRegister.ts';
import { UFFD_FEATURE_EVENT_UNMAP } from '../../host/userfaultfd.ts';
import { UffdWorld } from '../userfault/uffdWorld.ts';
import type { Check } from './check.ts';

/** A thread unmaps a range, which is an event to be read, while the descriptor is closed. */
function unmapping(engine: Engine): World {
  const { machine, uffd, page } = new UffdWorld(engine);
  uffd.features |= UFFD_FEATURE_EVENT_UNMAP;
  engine.spawn('thread', machine.mm.unmap(page));
  engine.spawn('close', releaseUserfaultfd(machine.mm, uffd));
  return { properties: [] };
}

/** A thread faults while the descriptor is closed. */
function faulting(engine: Engine): World {
  const { machine, uffd, page } = new UffdWorld(engine);
  engine.spawn('thread', machine.mm.fault(page, true));
  engine.spawn('close', releaseUserfaultfd(machine.mm, uffd));
  return { properties: [] };
}

export const userfaultfdEnds: readonly Check[] = [
  { name: 'an event is sent while the userfaultfd is closed', build: unmapping },
  { name: 'a fault is queued while the userfaultfd is closed', build: faulting },
];
