import type { Engine } from '../engine.ts';
import { POINT, type Step } from '../step.ts';
import type { Location, Memory, Order } from './memory.ts';

/** The newest store of each location that somebody has seen, by object id. */
type View = Map<number, number>;

interface Store {
  readonly value: number;
  /** What a load with acquire learns from it; null for a relaxed store. */
  readonly view: View | null;
}

/**
 * Release and acquire: each location keeps the history of its stores, each actor the newest store it has seen of
 * each. A load may read any store that is not older than that; one with acquire also learns what the storing actor
 * had seen when it stored with release. This is the view machine of Loom and of the promise-free part of the
 * promising semantics: a store is never read before it is made, so load buffering does not happen.
 */
export class ReleaseAcquire implements Memory {
  private readonly engine: Engine;
  private readonly histories = new Map<number, Store[]>();
  private readonly views: View[] = [];
  private readonly lockViews = new Map<number, View>();
  private readonly barrierView: View = new Map();
  private readonly barrierObject: number;

  constructor(engine: Engine) {
    this.engine = engine;
    this.barrierObject = engine.access.reserve();
  }

  load(location: Location, order: Order): number {
    this.engine.access.read(location.object);
    const history = this.history(location);
    const view = this.view(this.engine.current);
    const oldest = view.get(location.object) ?? 0;
    // The first outcome is the newest store, so that a search meets the ordinary behaviour first.
    const choices = history.length - oldest;
    const index = history.length - 1 - (choices > 1 ? this.engine.choose(choices) : 0);
    view.set(location.object, index);
    const store = history[index];
    if (order === 'acquire' && store.view !== null) join(view, store.view);
    return store.value;
  }

  store(location: Location, value: number, order: Order): void {
    this.engine.access.write(location.object);
    this.append(location, value, order, null);
  }

  update(location: Location, change: (value: number) => number, order: Order): number {
    this.engine.access.write(location.object);
    const history = this.history(location);
    const newest = history[history.length - 1];
    const view = this.view(this.engine.current);
    if (order === 'acquire' && newest.view !== null) join(view, newest.view);
    // A read-modify-write passes on what the store it replaces would have told.
    this.append(location, change(newest.value), order, newest.view);
    return newest.value;
  }

  barrier(): Step {
    const view = this.view(this.engine.current);
    this.engine.access.write(this.barrierObject);
    join(view, this.barrierView);
    join(this.barrierView, view);
    return POINT;
  }

  spawned(actor: number): void {
    const parent = this.engine.current >= 0 ? this.view(this.engine.current) : new Map();
    this.views[actor] = new Map(parent);
  }

  lock(object: number, how: 'acquire' | 'release'): void {
    const view = this.view(this.engine.current);
    const held = this.lockViews.get(object) ?? new Map();
    if (how === 'acquire') join(view, held);
    else {
      join(held, view);
      this.lockViews.set(object, held);
    }
  }

  mayLock(): boolean {
    return true;
  }

  private append(location: Location, value: number, order: Order, inherited: View | null): void {
    const history = this.history(location);
    const view = this.view(this.engine.current);
    view.set(location.object, history.length);
    const told = order === 'release' ? new Map(view) : inherited === null ? null : new Map(inherited);
    if (order === 'release' && inherited !== null) join(told!, inherited);
    history.push({ value, view: told });
    location.value = value;
  }

  private history(location: Location): Store[] {
    let history = this.histories.get(location.object);
    if (history === undefined) {
      history = [{ value: location.value, view: null }];
      this.histories.set(location.object, history);
    }
    return history;
  }

  private view(actor: number): View {
    this.views[actor] ??= new Map();
    return this.views[actor];
  }
}

function join(into: View, from: View): void {
  for (const [object, index] of from) if (index > (into.get(object) ?? 0)) into.set(object, index);
}
