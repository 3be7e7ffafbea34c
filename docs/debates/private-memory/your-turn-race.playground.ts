// Your turn: what must a fault ask, with mmu_lock held, before it
// installs what it has looked up? Change `yours`, the fault or the
// conversion, and run every schedule again.
import {
  type Actor,
  Cell,
  type Engine,
  explore,
  POINT,
  RwLock,
  show,
  type World,
} from 'faultlines';

const NOTHING = -1; // no SPTE
const SHARED = 0;
const PRIVATE = 1;
const KINDS = ['shared', 'private'];

/** What one gfn has, and what is under way. */
class Shared {
  readonly mmuLock: RwLock;
  readonly attribute: Cell;
  readonly spte: Cell;
  readonly sequence: Cell;
  readonly inProgress: Cell;
  readonly returned: Cell;

  constructor(engine: Engine) {
    this.mmuLock = new RwLock(engine, 'mmu_lock');
    this.attribute = new Cell(engine, 'the attribute', SHARED);
    this.spte = new Cell(engine, 'the SPTE', NOTHING);
    this.sequence = new Cell(engine, 'the sequence count', 0);
    this.inProgress = new Cell(engine, 'the range in progress', 0);
    this.returned = new Cell(engine, 'whether the ioctl has returned', 0);
  }
}

/** Whether a fault that found `count` and then `kind` has to start over. */
type MustRetry = (vm: Shared, count: number, kind: number) => boolean;

const merged: MustRetry = (vm, count) =>
  vm.inProgress.load() > 0 || vm.sequence.load() !== count;

// Looks the attribute up again: it must be what it was.
const yours: MustRetry = (vm, _count, kind) => vm.attribute.load() !== kind;

function* fault(engine: Engine, vm: Shared, mustRetry: MustRetry): Actor {
  for (;;) {
    engine.beginAttempt();
    yield POINT; // others may go on here
    const count = vm.sequence.load();
    yield POINT;
    const kind = vm.attribute.load();
    yield vm.mmuLock.read();
    const stale = mustRetry(vm, count, kind);
    if (!stale) vm.spte.store(kind);
    vm.mmuLock.readUnlock();
    if (!stale) return;
    yield engine.retry(); // waits until what it has read changes
  }
}

function* convert(vm: Shared): Actor {
  yield vm.mmuLock.write();
  vm.inProgress.add(1);
  vm.spte.store(NOTHING);
  vm.mmuLock.writeUnlock();
  yield POINT;
  vm.attribute.store(PRIVATE);
  yield vm.mmuLock.write();
  vm.sequence.add(1);
  vm.inProgress.add(-1);
  vm.mmuLock.writeUnlock();
  vm.returned.store(1);
}

const protocol =
  (mustRetry: MustRetry) =>
  (engine: Engine): World => {
    const vm = new Shared(engine);
    engine.spawn('vCPU 0', fault(engine, vm, mustRetry));
    engine.spawn('vCPU 1', fault(engine, vm, mustRetry));
    engine.spawn('VMM', convert(vm));
    const check = () => {
      const [kind, mapped] = [vm.attribute.newest(), vm.spte.newest()];
      if (vm.returned.newest() === 0 || mapped === NOTHING || mapped === kind)
        return true;
      return `the page is ${KINDS[kind]}, and the ${KINDS[mapped]} one is mapped`;
    };
    return {
      properties: [{ name: 'the SPTE is of its kind', when: 'always', check }],
    };
  };

const checks: Record<string, MustRetry> = {
  'the count and the range, as merged': merged,
  'the count alone': (vm, count) => vm.sequence.load() !== count,
  'the range alone': vm => vm.inProgress.load() > 0,
  nothing: () => false,
  yours,
};

const found = Object.entries(checks).map(([asks, mustRetry]) => ({
  asks,
  ...explore(protocol(mustRetry)),
}));

const rows = found.map(
  ({ asks, holds, bound, properties, schedules, transitions }) => {
    const broken = properties.find(property => !property.holds);
    const verdict = broken
      ? `counterexample, ${broken.steps} steps: ${broken.what}`
      : holds
        ? 'holds in every schedule'
        : `no counterexample, but only ${bound}`;
    return { asks, verdict, schedules, transitions };
  },
);

show.table(rows, {
  title: 'Two faults and a conversion, in every order',
  columns: [
    { key: 'asks', label: 'The fault asks' },
    { key: 'verdict', label: 'Verdict' },
    { key: 'schedules', label: 'Schedules' },
    { key: 'transitions', label: 'Transitions' },
  ],
});

for (const { asks, properties } of found) {
  for (const { name, counterexample } of properties) {
    if (asks !== 'yours' || counterexample.length === 0) continue;
    show.table(counterexample, {
      title: `Yours, against ‘${name}’`,
      columns: [
        { key: 'step', label: 'Step' },
        { key: 'actor', label: 'Who' },
        { key: 'what', label: 'What it does' },
      ],
    });
  }
}
