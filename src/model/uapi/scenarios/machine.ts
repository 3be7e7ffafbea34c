/**
 * A machine for scenarios: one process that makes system calls, and waits for each to end unless it says otherwise.
 * Everything goes through the system calls; nothing here looks into the machine.
 */
import { type Profile, profile } from '../../arch/profile.ts';
import { costsWith } from '../../costs/table.ts';
import { Engine } from '../../engine/engine.ts';
import type { Actor } from '../../engine/step.ts';
import { Host } from '../../host/host.ts';
import { type Death, loadBytes, storeBytes } from '../../host/hostAccess.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import type { GuestMode } from '../../kvm/guestAccess.ts';
import type { RunResult } from '../../kvm/runExit.ts';
import type { VmDesigns } from '../../kvm/vm.ts';
import { kvmCreateGuestMemfd, kvmCreateVcpu, kvmCreateVm } from '../kvmCalls.ts';
import { MAP_ANONYMOUS, MAP_FIXED_NOREPLACE, MAP_PRIVATE, mmap, PROT_READ, PROT_WRITE } from '../mmap.ts';
import { type Kernel, Process, type Thread } from '../process.ts';
import { kvmSetUserMemoryRegion2, type MemoryRegion } from '../regionCalls.ts';
import { kvmRun } from '../runCalls.ts';

/** Bytes of a page, and of a 2 MiB page. */
export const P = PAGE_SIZE;
export const M2 = 512 * PAGE_SIZE;

/** Something that a thread is doing, or has done. */
export interface Job<T> {
  done: boolean;
  result: T | undefined;
}

/** What a guest's load came to: its bytes, or how KVM_RUN ended. */
export type Loaded = Uint8Array | RunResult | number;

export class ScenarioMachine {
  readonly engine = new Engine();
  readonly kernel: Kernel;
  readonly process: Process;
  readonly main: Thread;
  private nextPlace = 0x7e0000000000;
  private nextVcpu = 0;

  /** @param frames 4 KiB frames of the host; no limit unless given. */
  constructor(designs: VmDesigns, options: Partial<Profile> = {}, frames?: number) {
    const host = new Host(this.engine, costsWith(), frames);
    this.kernel = { host, profile: profile(options), designs, heirs: new WeakMap() };
    this.process = new Process(this.kernel);
    this.main = this.process.createThread();
  }

  /** Lets a thread do something, and everybody go on as far as they can. */
  start<T>(body: Actor<T>, thread = this.main): Job<T> {
    const job: Job<T> = { done: false, result: undefined };
    const actor = (function* (): Actor {
      thread.task.adopt();
      job.result = yield* body;
      job.done = true;
    })();
    this.engine.spawn(`thread ${thread.task.id}`, actor);
    this.engine.run();
    return job;
  }

  /**
   * Makes a call and waits for its end.
   *
   * @throws Error where nobody lets it come to an end.
   */
  call<T>(body: Actor<T>, thread = this.main): T {
    const job = this.start(body, thread);
    if (!job.done) throw new Error('the call is blocked, and nothing that runs would wake it');
    return job.result as T;
  }

  /** Lets several threads do something at once. */
  together(bodies: readonly { readonly thread: Thread; readonly body: Actor }[]): void {
    for (const { thread, body } of bodies) {
      const actor = (function* (): Actor {
        thread.task.adopt();
        yield* body;
      })();
      this.engine.spawn(`thread ${thread.task.id}`, actor);
    }
    this.engine.run();
  }

  /** Maps `length` bytes somewhere: private and anonymous unless said otherwise. A negated errno where it fails. */
  map(
    length: number,
    { flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1, prot = PROT_READ | PROT_WRITE, offset = 0 } = {},
    thread = this.main,
  ): number {
    const at = this.nextPlace;
    this.nextPlace -= 2 ** 30;
    return this.call(mmap(thread, at, length, prot, flags | MAP_FIXED_NOREPLACE, fd, offset), thread);
  }

  /** A thread's load. */
  read(address: number, length = 8, thread = this.main): Uint8Array | Death {
    return this.call(loadBytes(thread.process.mm, address, length, thread.task), thread);
  }

  /** A thread's store; null where it was done. */
  write(address: number, bytes: Uint8Array, thread = this.main): Death | null {
    return this.call(storeBytes(thread.process.mm, address, bytes, thread.task), thread);
  }

  /** KVM_CREATE_VM. */
  vm(): number {
    return this.call(kvmCreateVm(this.main));
  }

  /** KVM_CREATE_VCPU, with the next id. */
  vcpu(vm: number): number {
    return this.call(kvmCreateVcpu(this.main, vm, this.nextVcpu++));
  }

  /** KVM_CREATE_GUEST_MEMFD; size in bytes. */
  gmem(vm: number, size: number, flags: number): number {
    return this.call(kvmCreateGuestMemfd(this.main, vm, { size, flags }));
  }

  /** KVM_SET_USER_MEMORY_REGION2. */
  region(vm: number, region: Partial<MemoryRegion>): number {
    const whole = { slot: 0, flags: 0, guestPhysAddr: 0, memorySize: P, userspaceAddr: 0, ...region };
    return this.call(kvmSetUserMemoryRegion2(this.main, vm, whole));
  }

  /** A guest's load. */
  guestRead(vcpu: number, gpa: number, length = 8, mode: GuestMode = 'mmu'): Loaded {
    const bytes = new Uint8Array(length);
    const result = this.call(kvmRun(this.main, vcpu, { gpa, bytes, write: false, isPrivate: false }, mode));
    return typeof result !== 'number' && result.exit === null ? bytes : result;
  }

  /** A guest's store; null where it was done. */
  guestWrite(
    vcpu: number,
    gpa: number,
    bytes: Uint8Array,
    mode: GuestMode = 'mmu',
  ): RunResult | number | null {
    const result = this.call(kvmRun(this.main, vcpu, { gpa, bytes, write: true, isPrivate: false }, mode));
    return typeof result !== 'number' && result.exit === null ? null : result;
  }
}

/** `length` times the same byte. */
export function bytes(value: number, length = 8): Uint8Array {
  return new Uint8Array(length).fill(value);
}
