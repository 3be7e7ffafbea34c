import type { Vm } from '../../kvm/vm.ts';
import type { StateTable } from '../race.ts';
import { Watched } from '../watched.ts';

/** The pins of a VM: a list of them, and how many were taken and released. */
export class Pins {
  private readonly vm: Vm;
  private readonly list: Watched<readonly (readonly [gfn: number, pfn: number])[]>;
  private readonly taken: Watched<number>;
  private readonly released: Watched<number>;

  constructor(vm: Vm) {
    this.vm = vm;
    this.list = new Watched(vm.engine, 'list of pins', []);
    this.taken = new Watched(vm.engine, 'pins taken', 0);
    this.released = new Watched(vm.engine, 'pins released', 0);
  }

  held(): readonly (readonly [gfn: number, pfn: number])[] {
    return this.list.get();
  }

  has(gfn: number): boolean {
    return this.held().some(([at]) => at === gfn);
  }

  take(gfn: number, pfn: number): void {
    this.vm.host.frames.pin(pfn);
    this.taken.set(this.taken.get() + 1);
    // A second pin of a gfn takes the place of the first.
    this.list.set([...this.held().filter(([at]) => at !== gfn), [gfn, pfn]]);
  }

  /** Unpins a frame; forgetting it is `forget`'s. */
  release(pfn: number): void {
    this.released.set(this.released.get() + 1);
    if (this.vm.host.frames.pinCount(pfn) > 0) this.vm.host.frames.unpin(pfn);
  }

  /** Takes the whole list away: what is in it is the caller's to release. */
  takeAll(): readonly (readonly [gfn: number, pfn: number])[] {
    const all = this.held();
    this.list.set([]);
    return all;
  }

  forget(gfn: number): void {
    this.list.set(this.held().filter(([at]) => at !== gfn));
  }

  /** Each pin taken was released once or is in the list once. */
  balanced(): true | string {
    const taken = this.taken.get();
    const released = this.released.get();
    const listed = this.held().length;
    return (
      taken === released + listed ||
      `${taken} pins were taken, ${released} released, and ${listed} are still known of`
    );
  }

  show(): StateTable {
    const rows = this.held().map(([gfn, pfn]) => [gfn, pfn, this.vm.host.frames.pinCount(pfn)].map(String));
    return { title: 'Pins', columns: ['gfn', 'frame', 'pins of the frame'], rows };
  }
}
