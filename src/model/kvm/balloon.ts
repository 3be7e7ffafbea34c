import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/**
 * The guest gives pages [start, end) up, before its VMM gives them back to the host: a design that heeds it lets go of
 * their pins. KVM has no such call; elsewhere nothing happens.
 */
export function* guestGivesUp(vm: Vm, start: number, end: number): Actor {
  if (vm.pinning?.heedsBalloon !== true) return;
  yield vm.mmuLock.write();
  yield* zapGfns(vm, start, end, FILTER_SHARED | FILTER_PRIVATE, 'balloon');
  vm.mmuLock.writeUnlock();
}
