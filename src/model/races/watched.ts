import type { Engine } from '../engine/engine.ts';

/** A value that a race's actors keep for its properties: a search learns who sets it and who asks. */
export class Watched<T> {
  private readonly engine: Engine;
  private readonly object: number;
  private value: T;

  constructor(engine: Engine, name: string, value: T) {
    this.engine = engine;
    this.object = engine.access.reserve(1, name);
    this.value = value;
  }

  get(): T {
    this.engine.access.read(this.object);
    return this.value;
  }

  set(value: T): void {
    this.engine.access.write(this.object);
    this.value = value;
  }
}
