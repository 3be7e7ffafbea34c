/** arm64/page_fault_test.c: instructions of several kinds, on a slot of data and one of page tables. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { ENOSYS } from '../../host/errno.ts';
import { MADV_DONTNEED } from '../../host/madvise.ts';
import type { ArmInstruction, ArmKind, ArmRun } from '../../kvm/armInstruction.ts';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY } from '../../kvm/memslots.ts';
import { kvmGetDirtyLog } from '../kvmCalls.ts';
import { madvise } from '../memoryCalls.ts';
import { kvmRunInstruction } from '../runCalls.ts';
import { readMessage, uffdioApi, uffdioRegister, userfaultfd } from '../uffdCalls.ts';
import { uffdioCopy } from '../uffdFillCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

/** Guest addresses: one page of data, and one of tables whose first entry maps it. */
const DATA = 16 * P;
const TABLE = 32 * P;
/** Valid, a page; and the flag that it was accessed. */
const VALID = 3n;
const AF = 1n << 10n;
const NEW = 0x0123_4567_89ab_cdefn;

const READS: readonly ArmKind[] = ['load', 'load-preindex', 'fetch'];
/** Writes of which KVM is told nothing when they fault. */
const SILENT: readonly ArmKind[] = ['compare-and-swap', 'zero-block', 'store-preindex'];
const WRITES: readonly ArmKind[] = ['store', ...SILENT];
const ALL: readonly ArmKind[] = [...READS, 'translate', ...WRITES];

function word(value: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value, true);
  return out;
}

/** A guest of one vCPU; the page of data holds zeros unless said otherwise, its entry has the flag unless hardware sets it. */
class ArmMachine extends ScenarioMachine {
  readonly vmFd: number;
  readonly cpu: number;
  readonly data: number;
  readonly table: number;

  constructor(flags = 0, { hardwareAf = false, held = 0n } = {}) {
    super(designs, { arch: 'arm64' });
    this.vmFd = this.vm();
    this.data = this.map(P);
    this.table = this.map(P);
    this.write(this.data, word(held));
    this.write(this.table, word(BigInt(DATA) | VALID | (hardwareAf ? 0n : AF)));
    const slots = [
      { slot: 0, guestPhysAddr: DATA, userspaceAddr: this.data },
      { slot: 1, guestPhysAddr: TABLE, userspaceAddr: this.table },
    ];
    for (const slot of slots) expect(this.region(this.vmFd, { ...slot, flags, memorySize: P })).toBe(0);
    this.cpu = this.vcpu(this.vmFd);
  }

  instruction(kind: ArmKind, hardwareAf = false): ArmInstruction {
    return { kind, pteAt: TABLE, value: NEW, hardwareAf };
  }

  does(kind: ArmKind, hardwareAf = false): ArmRun {
    return this.call(kvmRunInstruction(this.main, this.cpu, this.instruction(kind, hardwareAf))) as ArmRun;
  }

  /** Whether the page of data, and that of tables, is in its slot's dirty log. */
  dirty(): boolean[] {
    return [0, 1].map(slot => (this.call(kvmGetDirtyLog(this.main, this.vmFd, slot)) as number[]).length > 0);
  }

  entry(): bigint {
    const file = this.read(this.table) as Uint8Array;
    return new DataView(file.buffer).getBigUint64(0, true);
  }
}

describe('instructions of arm64', () => {
  it.each(ALL)(
    'A01 a plain access leaves for nobody, and hardware sets the access flag where it is to (%s)',
    kind => {
      for (const hardwareAf of [false, true]) {
        const m = new ArmMachine(0, { hardwareAf, held: READS.includes(kind) ? 7n : 0n });
        const { run, aborted, value } = m.does(kind, hardwareAf);
        expect([run.errno, run.exit, aborted]).toEqual([0, null, false]);
        expect(m.entry() & AF).toBe(AF);
        if (READS.includes(kind)) expect(value).toBe(7n);
        if (kind === 'translate') expect(value).toBe(BigInt(DATA));
        if (kind.startsWith('store') || kind === 'compare-and-swap')
          expect(m.read(m.data)).toEqual(word(NEW));
      }
      // Without anybody to set the flag the guest's own kernel is asked.
      expect(new ArmMachine(0, { hardwareAf: true }).does(kind).aborted).toBe(true);
    },
  );

  it.each(ALL)('A02 after the host has dropped the page, an access finds or makes a new one (%s)', kind => {
    const m = new ArmMachine(0, { held: 7n });
    m.does('load');
    expect(m.call(madvise(m.main, m.data, P, MADV_DONTNEED))).toBe(0);
    const { run, aborted, value } = m.does(kind);
    expect([run.exit, aborted]).toEqual([null, false]);
    if (READS.includes(kind)) expect(value).toBe(0n);
    const after = m.does('load').value;
    expect(after).toBe(WRITES.includes(kind) && kind !== 'zero-block' ? NEW : 0n);
  });

  it.each(ALL)(
    'A03 with both pages missing, an access faults on its table and then on its data (%s)',
    kind => {
      const m = new ArmMachine();
      const [table, data] = [m.entry(), word(0n)];
      const uffds = [m.data, m.table].map(at => {
        const uffd = m.call(userfaultfd(m.main, 0));
        m.call(uffdioApi(m.main, uffd, 0xaa, 0));
        expect(m.call(madvise(m.main, at, P, MADV_DONTNEED))).toBe(0);
        expect(typeof m.call(uffdioRegister(m.main, uffd, at, P, 1))).toBe('bigint');
        return uffd;
      });
      const order: string[] = [];
      const handlers = uffds.map((uffd, which) => {
        const thread = m.process.createThread();
        const page = new Uint8Array(P);
        page.set(which === 1 ? word(table) : data);
        const body = (function* (): Actor {
          const message = yield* readMessage(thread, uffd);
          if (typeof message === 'number' || message.event !== 'pagefault') throw new Error('no page fault');
          order.push(which === 1 ? 'table' : 'data');
          yield* uffdioCopy(thread, uffd, message.address, page, P, 0);
        })();
        return { thread, body };
      });
      let ran: ArmRun | number = -1;
      const vcpu = m.process.createThread();
      const running = (function* (): Actor {
        ran = yield* kvmRunInstruction(vcpu, m.cpu, m.instruction(kind));
      })();
      m.together([...handlers, { thread: vcpu, body: running }]);
      expect(ran).toMatchObject({ run: { errno: 0, exit: null }, aborted: false });
      expect(order).toEqual(kind === 'translate' ? ['table'] : ['table', 'data']);
    },
  );

  it.each(ALL)('A04 the log shows what an access writes, and a flag that hardware sets (%s)', kind => {
    const writes = WRITES.includes(kind);
    for (const hardwareAf of [false, true]) {
      const m = new ArmMachine(MEM_LOG_DIRTY_PAGES, { hardwareAf });
      expect(m.does(kind, hardwareAf).run.exit).toBeNull();
      expect(m.dirty()).toEqual([writes, hardwareAf]);
    }
  });

  it.each(ALL)(
    'A06 on slots that may only be read, reads are done, a plain store is I/O, what KVM cannot make out fails (%s)',
    kind => {
      const m = new ArmMachine(MEM_READONLY);
      const { run, aborted } = m.does(kind);
      expect(aborted).toBe(false);
      expect(run).toMatchObject(expectedOnReadOnly(kind));
      expect(m.read(m.data)).toEqual(bytes(0));
    },
  );

  it.each(ALL)('A07 with a log on slots that may only be read, no access is ever in it (%s)', kind => {
    const m = new ArmMachine(MEM_READONLY | MEM_LOG_DIRTY_PAGES);
    expect(m.does(kind).run).toMatchObject(expectedOnReadOnly(kind));
    expect(m.dirty()).toEqual([false, false]);
  });
});

/** Reads are done; a store that KVM can make out is I/O; what it cannot make out fails. */
function expectedOnReadOnly(kind: ArmKind): object {
  if (SILENT.includes(kind)) return { errno: -ENOSYS };
  if (kind !== 'store') return { errno: 0, exit: null };
  return { errno: 0, exit: { reason: 'MMIO', addr: DATA, len: 8, isWrite: true, data: word(NEW) } };
}
