import type { AccessLog } from '../access.ts';
import { POINT, type Step } from '../step.ts';
import type { Location, Memory } from './memory.ts';

/** Sequentially consistent memory: a store is visible to everybody at once. */
export class SequentialMemory implements Memory {
  private readonly access: AccessLog;

  constructor(access: AccessLog) {
    this.access = access;
  }

  load(location: Location): number {
    this.access.read(location.object);
    return location.value;
  }

  store(location: Location, value: number): void {
    this.access.write(location.object);
    location.value = value;
  }

  update(location: Location, change: (value: number) => number): number {
    this.access.write(location.object);
    const before = location.value;
    location.value = change(before);
    return before;
  }

  barrier(): Step {
    return POINT;
  }

  spawned(): void {}
  lock(): void {}

  mayLock(): boolean {
    return true;
  }
}
