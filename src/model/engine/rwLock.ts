import { ACQUIRE, ACQUIRE_SHARED, type AccessKind, RELEASE, RELEASE_SHARED } from './access.ts';
import type { Engine, Grantable } from './engine.ts';
import { FifoQueue } from './fifoQueue.ts';
import { notHolder } from './mutex.ts';
import { BLOCKED, POINT, type Step } from './step.ts';

const NONE = -1;
const READER = 0;
const WRITER = 1;

/**
 * A lock with many readers or one writer, fair like the kernel's queued rwlock (kernel/locking/qrwlock.c): whoever
 * finds it contended queues, and a reader that arrives behind a waiting writer waits too.
 *
 * KVM's mmu_lock is one of these. `yield lock.read()` ... `lock.readUnlock()`; `yield lock.write()` ...
 * `lock.writeUnlock()`.
 */
export class RwLock {
  readonly name: string;
  /** The actor that holds it for writing, or -1. */
  writer = NONE;
  /** Number of actors that hold it for reading. */
  readers = 0;
  private readonly engine: Engine;
  private readonly object: number;
  /** Waiters as actor * 2 + mode. */
  private readonly waiters = new FifoQueue();
  private readonly handoffNs: number;
  private heldSince = 0;
  private readonly asReader: Grantable;
  private readonly asWriter: Grantable;

  /** @param handoffNs time a hand-off takes for each actor that waits: they all poll one cache line. */
  constructor(engine: Engine, name: string, handoffNs = 0) {
    this.engine = engine;
    this.name = name;
    this.handoffNs = handoffNs;
    this.object = engine.access.reserve(1, name);
    const { memory } = engine;
    this.asReader = {
      wants: { object: this.object, kind: ACQUIRE_SHARED },
      canGrant: actor => this.writer === NONE && memory.mayLock(actor),
      grant: () => this.grantRead(),
    };
    this.asWriter = {
      wants: { object: this.object, kind: ACQUIRE },
      canGrant: actor => this.writer === NONE && this.readers === 0 && memory.mayLock(actor),
      grant: actor => this.grantWrite(actor),
    };
  }

  /** Takes it for reading, or waits: yield what it returns. */
  read(): Step {
    const engine = this.engine;
    if (engine.stepwise) return engine.request(this.asReader);
    return this.tryRead() ? POINT : this.enqueue(READER);
  }

  /** Takes it for reading if nobody is in the way, without waiting. Only in timed runs. */
  tryRead(): boolean {
    if (this.writer !== NONE || this.waiters.length > 0) return false;
    this.startRead();
    return true;
  }

  /** Takes it for writing, or waits: yield what it returns. */
  write(): Step {
    const engine = this.engine;
    if (engine.stepwise) return engine.request(this.asWriter);
    if (this.writer === NONE && this.readers === 0 && this.waiters.length === 0) {
      this.startWrite(engine.current);
      return POINT;
    }
    return this.enqueue(WRITER);
  }

  /** @throws Error when nobody holds it for reading. */
  readUnlock(): void {
    if (this.readers === 0) throw notHolder(this.engine, this.name);
    this.noteRelease(RELEASE_SHARED);
    this.readers--;
    if (this.readers === 0) {
      this.traceHold('readers');
      if (this.waiters.length > 0) this.handOff();
    }
  }

  /** @throws Error when the running actor does not hold it for writing. */
  writeUnlock(): void {
    if (this.writer !== this.engine.current) throw notHolder(this.engine, this.name);
    this.noteRelease(RELEASE);
    this.traceHold(this.engine.trace.on ? this.engine.nameOf(this.writer) : '');
    this.writer = NONE;
    if (this.waiters.length > 0) this.handOff();
  }

  /** True when somebody waits for it: what the kernel's rwlock_needbreak asks. */
  get contended(): boolean {
    return this.waiters.length > 0;
  }

  private enqueue(mode: number): Step {
    const engine = this.engine;
    this.waiters.push(engine.current * 2 + mode);
    if (engine.trace.on) engine.markWait(engine.current);
    return BLOCKED;
  }

  private handOff(): void {
    const delay = this.handoffNs * this.waiters.length;
    if (this.waiters.at(0) % 2 === WRITER) {
      const actor = this.waiters.shift() >> 1;
      this.startWrite(actor);
      this.resume(actor, delay);
      return;
    }
    while (this.waiters.length > 0 && this.waiters.at(0) % 2 === READER) {
      const actor = this.waiters.shift() >> 1;
      this.startRead();
      this.resume(actor, delay);
    }
  }

  private resume(actor: number, delay: number): void {
    if (this.engine.trace.on) this.engine.traceWait(actor, this.name);
    this.engine.wake(actor, delay);
  }

  private startRead(): void {
    if (this.readers === 0 && this.engine.trace.on) this.heldSince = this.engine.now;
    this.readers++;
  }

  private startWrite(actor: number): void {
    this.writer = actor;
    if (this.engine.trace.on) this.heldSince = this.engine.now;
  }

  private grantRead(): void {
    this.readers++;
    this.noteAcquire(ACQUIRE_SHARED);
  }

  private grantWrite(actor: number): void {
    this.writer = actor;
    this.noteAcquire(ACQUIRE);
  }

  private noteAcquire(kind: AccessKind): void {
    const { access, memory } = this.engine;
    if (access.on) access.note(this.object, kind);
    memory.lock(this.object, 'acquire');
  }

  private noteRelease(kind: AccessKind): void {
    const { access, memory } = this.engine;
    if (!access.on) return;
    access.note(this.object, kind);
    memory.lock(this.object, 'release');
  }

  private traceHold(holder: string): void {
    const { trace, now } = this.engine;
    if (trace.on) trace.slice(this.name, holder, 'hold', this.heldSince, now);
  }
}
