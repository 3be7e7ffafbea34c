import type { Accepted } from '../arch/secureEpt.ts';
import { type Actor, POINT } from '../engine/step.ts';
import { EINTR } from '../host/errno.ts';
import { NO_PFN, ZERO_TOKEN } from '../host/frames.ts';
import { spanOf } from '../host/radixTable.ts';
import type { Task } from '../host/task.ts';
import { AsyncFaults } from './asyncFaults.ts';
import { DirtyRing } from './dirtyRing.ts';
import { EXIT_DIRTY_RING_FULL, type Exit, INTERRUPTED } from './exits.ts';
import { type FaultCounts, noFaults } from './faultCounts.ts';
import { guestReads, guestWrites } from './guestContents.ts';
import { handleFault, PF_ASYNC, PF_EMULATE, PF_EXIT, PF_RETRY } from './pageFault.ts';
import { smashForGuest } from './rmpUpdate.ts';
import { honourAcceptLevel } from './tdxAccept.ts';
import type { Vm } from './vm.ts';

/** Bits of control register 0 (arch/x86/include/uapi/asm/processor-flags.h). */
export const CR0_PE = 1 << 0;
const CR0_ET = 1 << 4;
const CR0_NE = 1 << 5;
export const CR0_WP = 1 << 16;
export const CR0_NW = 1 << 29;
export const CR0_CD = 1 << 30;
export const CR0_PG = 1 << 31;

/** One virtual CPU: its accesses go through the second stage, and fault where that has no mapping. */
export class Vcpu {
  readonly vm: Vm;
  /** Set when an access returns NO_PFN: why the vCPU is back in userspace. */
  exit: Exit | null = null;
  /** The errno of that KVM_RUN, or 0. */
  errno = 0;
  /** Set where the guest has asked for asynchronous page faults. */
  asyncFaults: AsyncFaults | null = null;

  /** Its accesses fetch instructions. */
  fetches = false;

  /** Its registers are under the guest's key (KVM_SEV_LAUNCH_UPDATE_VMSA, SNP_LAUNCH_FINISH, KVM_TDX_INIT_VCPU). */
  stateEncrypted = false;

  /** Control register 0. A guest runs with paging from the start: its own table maps each page to itself. */
  cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;

  /** What became of its faults. */
  readonly stats: FaultCounts = noFaults();

  /** The thread inside KVM_RUN, whose signals end its sleep in a fault; null for a workload's, which gets none. */
  task: Task | null = null;
  /** The CPU it runs on. */
  cpu = 0;
  /** Where its writes are logged, where the VM logs into rings. */
  readonly dirtyRing: DirtyRing | null;

  constructor(vm: Vm) {
    this.vm = vm;
    this.dirtyRing = vm.dirtyRingSize > 0 ? new DirtyRing(vm.dirtyRingSize) : null;
  }

  /** Which of the shadow's tables it uses: whether the guest's kernel heeds write protection is part of their role. */
  get shadowRole(): number {
    return this.cr0 & CR0_WP ? 1 : 0;
  }

  /** The guest asks for asynchronous page faults (MSR_KVM_ASYNC_PF_EN). */
  enableAsyncFaults(): AsyncFaults {
    this.asyncFaults ??= new AsyncFaults(this.vm);
    return this.asyncFaults;
  }

  /**
   * One access of the guest to a page.
   *
   * @param isPrivate what the guest's page tables say (the C-bit, or the shared bit of the address turned round).
   * @returns the frame it reached, or NO_PFN when the vCPU left for userspace: `exit` and `errno` say why.
   */
  *access(gfn: number, write: boolean, isPrivate: boolean): Actor<number> {
    const vm = this.vm;
    const { engine, mmu, costs } = vm;
    const wantsPrivate = vm.rules.privateFromFault ? isPrivate : vm.mmu.mirror !== null && vm.isPrivate(gfn);
    for (;;) {
      engine.beginAttempt();
      if (this.dirtyRing?.isFull) {
        this.exit = { reason: EXIT_DIRTY_RING_FULL };
        this.errno = 0;
        yield costs.userExit;
        return NO_PFN;
      }
      if (engine.stepwise) yield POINT;
      const pfn = mmu.translate(gfn, write, wantsPrivate);
      if (pfn !== NO_PFN && !(vm.nxHugePages && this.fetches && isLarge(vm, gfn))) {
        if (!wantsPrivate || !vm.secureEpt?.isPending(gfn) || (yield* this.acceptPending(gfn, pfn)))
          return pfn;
        continue;
      }
      yield costs.vmExit;
      const reader = vm.srcu.enter();
      const result = yield* handleFault(this, gfn, write, isPrivate);
      vm.srcu.exit(reader);
      if (result === PF_EXIT || result === PF_EMULATE) {
        yield costs.userExit;
        return NO_PFN;
      }
      if (result === PF_ASYNC) yield* this.asyncFaults!.guestWaits(gfn);
      else if (result === PF_RETRY) {
        // On the way back into the guest KVM looks for signals (xfer_to_guest_mode_handle_work).
        if (this.task?.signalPending) {
          this.exit = INTERRUPTED;
          this.errno = EINTR;
          yield costs.userExit;
          return NO_PFN;
        }
        yield engine.retry();
      }
    }
  }

  /**
   * TDG.MEM.PAGE.ACCEPT: the guest takes a page that was added, and finds zeros in it. Where there is none, or a larger
   * one, KVM adds one of that size or demotes what is there.
   *
   * @param gfn first gfn of the page.
   * @param level 1 for 4 KiB, 2 for 2 MiB.
   * @returns what the guest is told; undefined where the vCPU left for userspace.
   */
  *acceptPage(gfn: number, level: 1 | 2): Actor<Exclude<Accepted, 'violation'> | undefined> {
    const { vm } = this;
    const { secureEpt, engine } = vm;
    if (secureEpt === null) throw new Error(`a ${vm.profile.vmType} guest has no pages to accept`);
    for (;;) {
      engine.beginAttempt();
      if (engine.stepwise) yield POINT;
      const result = secureEpt.accept(gfn, level);
      if (result !== 'violation') {
        const head = vm.mmu.peek(gfn, true);
        if (result === 'accepted' && head !== NO_PFN) yield* this.clearAccepted(head, level);
        return result;
      }
      yield vm.costs.vmExit;
      const reader = vm.srcu.enter();
      yield* honourAcceptLevel(vm, gfn, level);
      const handled = yield* handleFault(this, gfn, true, true);
      vm.srcu.exit(reader);
      if (handled === PF_EXIT || handled === PF_EMULATE) {
        yield vm.costs.userExit;
        return undefined;
      }
      if (handled === PF_RETRY) yield engine.retry();
    }
  }

  /** A #VE: its handler accepts the page. False where that took a large one apart, and the access starts over. */
  private *acceptPending(gfn: number, pfn: number): Actor<boolean> {
    if (this.vm.secureEpt!.accept(gfn, 1) === 'violation') {
      yield* this.acceptPage(gfn, 1);
      return false;
    }
    yield* this.clearAccepted(pfn, 1);
    return true;
  }

  /**
   * PVALIDATE of 4 KiB by an SNP guest. Where the RMP has 2 MiB there the guest leaves, and KVM takes the entry apart.
   *
   * @returns whether the page is private to the guest; false where the vCPU left for userspace.
   */
  *validatePage(gfn: number): Actor<boolean> {
    const { vm } = this;
    const pfn = yield* this.access(gfn, true, true);
    if (pfn === NO_PFN) return false;
    if (vm.rmp?.levelOf(pfn) === 2) {
      yield vm.costs.vmExit;
      yield* smashForGuest(vm, gfn);
    }
    yield vm.costs.pvalidate;
    return true;
  }

  /** The module fills what the guest has accepted with zeros, under the guest's key. */
  private *clearAccepted(head: number, level: 1 | 2): Actor {
    const { vm } = this;
    for (let i = 0; i < spanOf(level); i++) guestWrites(vm, head + i, ZERO_TOKEN, true);
    yield level === 1 ? vm.costs.tdxAccept : vm.costs.tdxAcceptLarge;
  }

  /** Reads the token of a page; undefined when the vCPU left for userspace. */
  *read(gfn: number, isPrivate: boolean): Actor<number | undefined> {
    const pfn = yield* this.access(gfn, false, isPrivate);
    return pfn === NO_PFN ? undefined : guestReads(this.vm, pfn, isPrivate);
  }

  /** Writes a token to a page; false when the vCPU left for userspace. */
  *write(gfn: number, token: number, isPrivate: boolean): Actor<boolean> {
    const pfn = yield* this.access(gfn, true, isPrivate);
    if (pfn === NO_PFN) return false;
    guestWrites(this.vm, pfn, token, isPrivate);
    this.vm.host.dirtyLines?.write(this.cpu, pfn);
    return true;
  }
}

/** Whether a gfn is mapped by a leaf that is not a small one. */
function isLarge(vm: Vm, gfn: number): boolean {
  const entry = vm.mmu.entry(gfn, false);
  return entry !== null && entry.level > 1;
}
