/**
 * Asynchronous page faults: where getting a frame would sleep, a worker sleeps in the vCPU's stead and the guest runs
 * something else until it is told that the page is ready (virt/kvm/async_pf.c, kvm_arch_setup_async_pf).
 */
import { type Actor, POINT } from '../engine/step.ts';
import { WaitQueue } from '../engine/waitQueue.ts';
import type { Vm } from './vm.ts';

/** Most faults that one vCPU may have under way (ASYNC_PF_PER_VCPU, include/linux/kvm_host.h). */
const LIMIT = 64;

/** The asynchronous faults of one vCPU. */
export class AsyncFaults {
  /** Faults that a worker took over. */
  started = 0;
  /** Faults that had to halt the vCPU, for the guest was waiting for the page already (KVM_REQ_APF_HALT). */
  halts = 0;
  private readonly vm: Vm;
  private readonly pending = new Set<number>();
  private readonly ready: WaitQueue;
  private readonly object: number;

  constructor(vm: Vm) {
    this.vm = vm;
    this.ready = new WaitQueue(vm.engine, 'async page faults');
    this.object = vm.engine.access.reserve();
  }

  /** Number of faults under way. */
  get inFlight(): number {
    this.vm.engine.access.read(this.object);
    return this.pending.size;
  }

  /**
   * Hands the fault on a gfn to a worker.
   *
   * @param page host virtual page behind it.
   * @returns false where the vCPU has too many under way and must sleep itself.
   */
  start(gfn: number, page: number, write: boolean): boolean {
    const { vm } = this;
    vm.engine.access.write(this.object);
    if (this.pending.has(gfn)) {
      this.halts++;
      return true;
    }
    if (this.pending.size >= LIMIT) return false;
    this.pending.add(gfn);
    this.started++;
    vm.engine.spawn(`async fault on gfn ${gfn}`, this.work(gfn, page, write));
    return true;
  }

  /** The guest's task waits until it is told that its page is ready; the vCPU may run other tasks meanwhile. */
  *guestWaits(gfn: number): Actor {
    const { engine } = this.vm;
    engine.access.read(this.object);
    while (this.pending.has(gfn)) {
      yield this.ready.wait();
      engine.access.read(this.object);
    }
  }

  /** async_pf_execute: brings the page in for the host, and tells the guest, whatever came of it. */
  private *work(gfn: number, page: number, write: boolean): Actor {
    const { vm } = this;
    yield* vm.mm.fault(page, write);
    if (vm.engine.stepwise) yield POINT;
    vm.engine.access.write(this.object);
    this.pending.delete(gfn);
    this.ready.wakeAll(vm.costs.wakeSleeper);
  }
}
