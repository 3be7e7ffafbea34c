/**
 * Replays one recorded case on a machine of its own: every operation in order, through the system calls.
 */
import type { Actor } from '../engine/step.ts';
import type { GuestMode } from '../kvm/guestAccess.ts';
import type { Thread } from '../uapi/process.ts';
import { Names, NoMapping } from './names.ts';
import { performCall, UnknownOp } from './performCall.ts';
import type { RecordedMachine } from './profileOf.ts';
import type { RecordedCase, RecordedOp } from './recording.ts';
import { accessGuest } from './replayAccess.ts';
import { type Job, ReplayMachine } from './replayMachine.ts';
import type { Result } from './results.ts';

/** An operation whose answer differed. */
export interface Mismatch {
  /** Position in the case. */
  readonly index: number;
  readonly op: RecordedOp;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What a replay of a case came to. */
export interface CaseVerdict {
  readonly name: string;
  readonly family: string;
  /** Top-level operations replayed. */
  readonly ops: number;
  readonly mismatches: readonly Mismatch[];
}

/** Replays a case. An operation that the replayer does not know, and one that throws, is a mismatch. */
export function replayCase(recorded: RecordedCase, machine: RecordedMachine): CaseVerdict {
  const replay = new Replay(machine);
  const mismatches: Mismatch[] = [];
  for (const [index, op] of recorded.ops.entries()) {
    const got = replay.step(op);
    if (!sameJson(got, op.result)) mismatches.push({ index, op, expected: op.result, got });
  }
  return { name: recorded.name, family: recorded.family, ops: recorded.ops.length, mismatches };
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(key => Object.hasOwn(b, key) && sameJson((a as Result)[key], (b as Result)[key]));
}

interface VcpuThread {
  readonly thread: Thread;
  readonly mode: GuestMode;
  job: Job | null;
}

class Replay {
  private readonly machine: ReplayMachine;
  private readonly names = new Names();
  private readonly vcpus = new Map<string, VcpuThread>();
  private readonly workers = new Map<string, Job>();

  constructor(machine: RecordedMachine) {
    this.machine = new ReplayMachine(machine);
  }

  step(op: RecordedOp): unknown {
    try {
      return this.carryOut(op);
    } catch (error) {
      if (error instanceof NoMapping) return error.skipped;
      if (error instanceof UnknownOp) return { unknown: error.message };
      return { thrown: error instanceof Error ? error.message : String(error) };
    }
  }

  private carryOut(op: RecordedOp): unknown {
    switch (op.op) {
      case 'vcpu.create':
        return this.createVcpu(op);
      case 'vcpu.read':
      case 'vcpu.write':
        return this.wait(this.startAccess(op, op.op === 'vcpu.write'));
      case 'vcpu.start':
        return stateOf(this.startAccess(op, op.access === 'write'));
      case 'vcpu.poll':
        return stateOf(this.jobOf(op));
      case 'vcpu.wait':
        return this.wait(this.jobOf(op));
      case 'vcpu.signal':
        return this.signal(op);
      case 'host.start':
        return this.startWorker(op, { ...op, op: op.access === 'write' ? 'host.write' : 'host.read' });
      case 'async.start':
        if (op.do === undefined) throw new UnknownOp('async.start without an operation');
        return this.startWorker(op, op.do);
      case 'host.wait':
      case 'async.wait':
        return this.wait(this.workers.get(String(op.thread)) ?? null);
      default:
        return this.wait(this.machine.start(this.machine.main, this.perform(op, this.machine.main)));
    }
  }

  private perform(op: RecordedOp, thread: Thread): Actor<Result> {
    return performCall(op, { thread, names: this.names, guestMode: vcpu => this.vcpus.get(vcpu)?.mode });
  }

  private createVcpu(op: RecordedOp): unknown {
    const mode = op.mode ?? 'mmu';
    if (mode !== 'mmu' && mode !== 'emul') throw new UnknownOp(`vcpu.create with mode ${String(mode)}`);
    const result = this.wait(this.machine.start(this.machine.main, this.perform(op, this.machine.main)));
    if (sameJson(result, { ok: true })) {
      this.vcpus.set(String(op.vcpu), { thread: this.machine.process.createThread(), mode, job: null });
    }
    return result;
  }

  private startAccess(op: RecordedOp, write: boolean): Job {
    const vcpu = this.vcpus.get(String(op.vcpu));
    const thread = vcpu?.thread ?? this.machine.main;
    const job = this.machine.start(
      thread,
      accessGuest(op, write, thread, this.names, vcpu?.mode ?? 'mmu'),
      true,
    );
    if (vcpu !== undefined) vcpu.job = job;
    return job;
  }

  private jobOf(op: RecordedOp): Job | null {
    return this.vcpus.get(String(op.vcpu))?.job ?? null;
  }

  private signal(op: RecordedOp): Result {
    const vcpu = this.vcpus.get(String(op.vcpu));
    // A thread that waits for work takes the signal at once, and nothing comes of it.
    if (vcpu?.job !== null && vcpu?.job.done === false) {
      vcpu.thread.task.signal();
      this.machine.goOn();
    }
    return { ok: true };
  }

  private startWorker(op: RecordedOp, work: RecordedOp): Result {
    const thread = this.machine.process.createThread();
    const job = this.machine.start(thread, this.perform(work, thread));
    this.workers.set(String(op.thread), job);
    return stateOf(job);
  }

  private wait(job: Job | null): unknown {
    if (job === null) throw new UnknownOp('a wait for what was never started');
    return job.done ? job.result : { blocked: true };
  }
}

function stateOf(job: Job | null): Result {
  if (job === null) throw new UnknownOp('a look at what was never started');
  return { ok: true, state: job.done ? 'done' : 'running' };
}
