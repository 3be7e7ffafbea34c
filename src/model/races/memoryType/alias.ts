/**
 * One buffer of a GPU, reached by the guest, by the VMM and by a device through mappings of different types (thread of
 * February 2020): which reads can be stale, and what the brackets of DMA_BUF_IOCTL_SYNC repair.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import type { Race, RaceWorld } from '../race.ts';
import { Watched } from '../watched.ts';
import { CacheLine } from './cacheLine.ts';

const VMM_READS = 'the VMM reads what the guest has written';
const GUEST_READS = 'the guest reads what the VMM has written';
const DEVICE_READS = 'the device reads what the guest has written';
const NOT_UNDONE = 'no older write comes back over a newer one';

/** Values in the order of their writing. */
const BY_GUEST = 1;
const BY_VMM = 2;
const LAST = 3;

interface Rules {
  /** How the guest's mapping works. */
  readonly guest: 'write-back' | 'write-combining';
  readonly selfSnoop: boolean;
  readonly deviceSnoops: boolean;
  /** The VMM flushes before it reads, and after it has written. */
  readonly begins: boolean;
  readonly ends: boolean;
  /** The guest drains its write-combining buffer before it says that it has written. */
  readonly fences: boolean;
}

const BRACKETED: Rules = {
  guest: 'write-combining',
  selfSnoop: false,
  deviceSnoops: false,
  begins: true,
  ends: true,
  fences: true,
};

const RULES: Readonly<Record<string, Rules>> = {
  'write-back': { ...BRACKETED, guest: 'write-back', deviceSnoops: true, begins: false, ends: false },
  bracketed: BRACKETED,
  'self-snoop': { ...BRACKETED, selfSnoop: true, begins: false, ends: false },
  'write-back-no-snoop': { ...BRACKETED, guest: 'write-back' },
  'no-begin': { ...BRACKETED, begins: false },
  'no-end': { ...BRACKETED, ends: false },
  'no-fence': { ...BRACKETED, fences: false },
};

export const alias: Race = {
  id: 'memory-type/alias',
  question: 'Which reads of a buffer can be stale when guest, VMM and device map it with different types?',
  designs: [
    {
      name: 'write-back',
      title: 'Everybody write-back, and the device snoops: what ignoring the guest’s PAT assumes',
      expected: 'holds',
    },
    {
      name: 'bracketed',
      title: 'Guest write-combining, VMM write-back between brackets, device without snooping',
      expected: 'holds',
    },
    {
      name: 'self-snoop',
      title: 'Guest write-combining, VMM write-back without brackets, on a CPU with self-snoop',
      expected: 'holds',
    },
    {
      name: 'write-back-no-snoop',
      title: 'Guest forced to write-back, device without snooping',
      weakening: 'KVM ignores the guest’s PAT although the device does not snoop.',
      expected: DEVICE_READS,
    },
    {
      name: 'no-begin',
      title: 'No bracket before the VMM reads',
      weakening: 'The VMM reads without dropping its cache line, which speculation may have filled.',
      expected: VMM_READS,
    },
    {
      name: 'no-end',
      title: 'No bracket after the VMM has written',
      weakening: 'The VMM leaves its line dirty; it is written back some time later.',
      expected: GUEST_READS,
    },
    {
      name: 'no-fence',
      title: 'No fence after the guest’s writes',
      weakening: 'The guest says that it has written while the data wait in its write-combining buffer.',
      expected: VMM_READS,
    },
  ],
  build(engine, design): RaceWorld {
    const rules = RULES[design];
    const line = new CacheLine(engine, rules.selfSnoop);
    const turn = new Watched(engine, 'signal', 0);
    const seen = {
      vmm: new Watched(engine, 'read by the VMM', BY_GUEST),
      guest: new Watched(engine, 'read by the guest', BY_VMM),
      device: new Watched(engine, 'read by the device', BY_GUEST),
    };
    const world: World = { engine, rules, line, turn, seen };
    engine.spawn('guest', guest(world));
    engine.spawn('VMM', vmm(world));
    engine.spawn('device', device(world));
    engine.spawn('speculative fill', speculation(line));
    engine.spawn('eviction', eviction(line));
    if (!rules.fences) engine.spawn('drain', drain(line));
    const fresh = (name: string, by: Watched<number>, wanted: number) => ({
      name,
      when: 'always' as const,
      check: () => by.get() >= wanted || `read ${by.get()}, where ${wanted} had been written`,
    });
    return {
      properties: [
        fresh(VMM_READS, seen.vmm, BY_GUEST),
        fresh(GUEST_READS, seen.guest, BY_VMM),
        fresh(DEVICE_READS, seen.device, BY_GUEST),
        {
          name: NOT_UNDONE,
          when: 'finally',
          check: () => {
            line.drain();
            line.flush();
            const value = line.readByDevice(false);
            return value === LAST || `memory ends with ${value}, and ${LAST} was written last`;
          },
        },
      ],
      show: () => [
        { title: 'Line', columns: ['memory', 'cache line', 'write-combining buffer'], rows: [line.row()] },
        { title: 'Signal', columns: ['written so far'], rows: [[String(turn.get())]] },
      ],
    };
  },
};

interface World {
  readonly engine: Engine;
  readonly rules: Rules;
  readonly line: CacheLine;
  /** How far writing has come, as its writers say. */
  readonly turn: Watched<number>;
  readonly seen: Readonly<Record<'vmm' | 'guest' | 'device', Watched<number>>>;
}

function* until({ engine, turn }: World, value: number): Actor {
  for (;;) {
    engine.beginAttempt();
    yield POINT;
    if (turn.get() >= value) return;
    yield engine.retry();
  }
}

function* guestWrites({ rules, line }: World, value: number): Actor {
  yield POINT;
  if (rules.guest === 'write-back') {
    line.writeBack(value);
    return;
  }
  line.combine(value);
  yield POINT;
  if (rules.fences) line.drain();
}

function* guest(world: World): Actor {
  const { rules, line, turn, seen } = world;
  yield* guestWrites(world, BY_GUEST);
  yield POINT;
  turn.set(BY_GUEST);
  yield* until(world, BY_VMM);
  yield POINT;
  seen.guest.set(rules.guest === 'write-back' ? line.readBack() : line.readUncached());
  yield* guestWrites(world, LAST);
}

function* vmm(world: World): Actor {
  const { rules, line, turn, seen } = world;
  yield* until(world, BY_GUEST);
  if (rules.begins) {
    yield POINT;
    line.flush();
  }
  yield POINT;
  seen.vmm.set(line.readBack());
  yield POINT;
  line.writeBack(BY_VMM);
  if (rules.ends) {
    yield POINT;
    line.flush();
  }
  yield POINT;
  turn.set(BY_VMM);
}

function* device(world: World): Actor {
  yield* until(world, BY_GUEST);
  yield POINT;
  world.seen.device.set(world.line.readByDevice(world.rules.deviceSnoops));
}

// What the hardware may do of its own accord, once each.

function* speculation(line: CacheLine): Actor {
  yield POINT;
  line.readBack();
}

function* eviction(line: CacheLine): Actor {
  yield POINT;
  line.flush();
}

function* drain(line: CacheLine): Actor {
  yield POINT;
  line.drain();
}
