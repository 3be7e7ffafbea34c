/** What must hold of every machine, over random operations under random schedules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VmType } from '../arch/profile.ts';
import { Engine } from '../engine/engine.ts';
import { AtRandom } from '../engine/scheduler.ts';
import type { Actor } from '../engine/step.ts';
import { NO_PFN, OWNER_GMEM } from '../host/frames.ts';
import { migratePage } from '../host/migrate.ts';
import { fillRange } from '../host/uffdFill.ts';
import { writeProtectRange } from '../host/uffdProtect.ts';
import { registerRange, releaseUserfaultfd } from '../host/uffdRegister.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { wakeUserfaults } from '../host/userfault.ts';
import { Userfaultfd } from '../host/userfaultfd.ts';
import { VM_UFFD_MISSING, VM_UFFD_WP } from '../host/vma.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { GuestMemfd } from './guestMemfd.ts';
import { createSlot, deleteSlot } from './memslotUpdate.ts';

const PAGES = 8;
const SHARED_SLOT = { id: 0, baseGfn: 0, pages: PAGES, flags: 0, gmemOffset: 0 };

interface World extends Machine {
  readonly gmem: GuestMemfd;
  readonly hva: number;
}

/** Steps until nobody can go on, and looks after every step. */
function drive(engine: Engine, scheduler: AtRandom, look: () => void): void {
  for (let actor = scheduler.next(engine); actor >= 0; actor = scheduler.next(engine)) {
    engine.step(actor);
    look();
  }
}

function build(vmType: VmType, scheduler: AtRandom): World {
  const engine = new Engine({ scheduler });
  const machine = buildMachine({ engine, profile: { vmType } });
  const { vm, mm } = machine;
  const gmem = new GuestMemfd(vm, PAGES);
  const hva = mm.map(PAGES);
  engine.spawn('setup', createSlot(vm, { ...SHARED_SLOT, hva, gmem }));
  drive(engine, scheduler, () => {});
  if (vm.rules.privateMemory) engine.spawn('to private', vm.conversion.convert(0, PAGES / 2, true));
  drive(engine, scheduler, () => {});
  return { ...machine, gmem, hva };
}

const gfn = fc.integer({ min: 0, max: PAGES - 1 });
const range = fc.tuple(gfn, gfn).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
const operation = fc.oneof(
  fc.record({ what: fc.constant('access' as const), gfn, write: fc.boolean(), isOther: fc.nat(7) }),
  fc.record({ what: fc.constant('touch' as const), range }),
  fc.record({ what: fc.constant('convert' as const), range, toPrivate: fc.boolean() }),
  fc.record({ what: fc.constant('dontNeed' as const), range }),
  fc.record({ what: fc.constant('migrate' as const), gfn }),
  fc.record({ what: fc.constant('punch' as const), range }),
  fc.record({ what: fc.constant('slot' as const) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function* perform(world: World, todo: Operation): Actor {
  const { vm, mm, gmem, hva } = world;
  switch (todo.what) {
    case 'access':
      // Now and then the guest is wrong about what its page is.
      yield* vm.createVcpu().access(todo.gfn, todo.write, vm.isPrivate(todo.gfn) !== (todo.isOther === 0));
      return;
    case 'touch': {
      const vcpu = vm.createVcpu();
      for (let at = todo.range[0]; at < todo.range[1]; at++) yield* vcpu.access(at, true, vm.isPrivate(at));
      return;
    }
    case 'convert':
      yield* vm.conversion.convert(todo.range[0], todo.range[1], todo.toPrivate);
      return;
    case 'dontNeed':
      yield* mm.dontNeed(hva + todo.range[0], hva + todo.range[1]);
      return;
    case 'migrate':
      yield* migratePage(mm, hva + todo.gfn);
      return;
    case 'punch':
      yield* gmem.punchHole(todo.range[0], todo.range[1]);
      return;
    case 'slot':
      if ((yield* deleteSlot(vm, 0)) === 0) yield* createSlot(vm, { ...SHARED_SLOT, hva, gmem });
  }
}

/** Runs threads of operations on one machine and looks at it after every step. */
function race(
  vmType: VmType,
  seed: number,
  threads: readonly (readonly Operation[])[],
  look: (world: World) => void,
): World {
  const scheduler = new AtRandom(seed);
  const world = build(vmType, scheduler);
  for (const [nth, todo] of threads.entries()) {
    world.engine.spawn(
      `thread ${nth}`,
      (function* (): Actor {
        for (const each of todo) yield* perform(world, each);
      })(),
    );
  }
  drive(world.engine, scheduler, () => look(world));
  expect(world.engine.blocked()).toEqual([]);
  return world;
}

const TYPES: readonly VmType[] = ['sw-protected', 'snp', 'tdx'];
const threads = fc.array(fc.array(operation, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });
const anything = fc.tuple(fc.constantFrom(...TYPES), fc.integer(), threads);

describe('at every moment', () => {
  it('V01: an SPTE is of the kind that its gfn is, unless an invalidation of it is under way', () => {
    fc.assert(
      fc.property(anything, ([vmType, seed, todo]) => {
        race(vmType, seed, todo, ({ vm, host }) => {
          for (let at = 0; at < PAGES; at++) {
            for (const isPrivate of vm.mmu.mirror === null ? [false] : [false, true]) {
              const pfn = vm.mmu.peek(at, isPrivate);
              if (pfn === NO_PFN || vm.invalidation.covers(at)) continue;
              expect(host.frames.owner(pfn) === OWNER_GMEM).toBe(vm.isPrivate(at));
              if (vm.mmu.mirror !== null) expect(isPrivate).toBe(vm.isPrivate(at));
            }
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('V02: an SPTE of shared memory names the frame that the host maps, unless an invalidation is under way', () => {
    fc.assert(
      fc.property(anything, ([vmType, seed, todo]) => {
        race(vmType, seed, todo, ({ vm, mm, hva, host }) => {
          for (let at = 0; at < PAGES; at++) {
            const pfn = vm.mmu.peek(at, false);
            if (pfn === NO_PFN || vm.invalidation.covers(at) || host.frames.owner(pfn) === OWNER_GMEM)
              continue;
            expect(mm.walk(hva + at, false)).toBe(pfn);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('V05: a page that guest_memfd frees has no SPTE, and is shared in the RMP', () => {
    let freed = 0;
    fc.assert(
      fc.property(anything, ([vmType, seed, todo]) => {
        race(vmType, seed, todo, ({ vm, host }) => {
          host.frames.onFree ??= pfn => {
            freed++;
            expect(vm.rmp?.isPrivate(pfn) ?? false).toBe(false);
            for (let at = 0; at < PAGES; at++) {
              for (const isPrivate of [false, true]) expect(vm.mmu.peek(at, isPrivate)).not.toBe(pfn);
            }
          };
        });
      }),
      { numRuns: 60 },
    );
    expect(freed).toBeGreaterThan(20);
  });
});

describe('in the end', () => {
  it('V07: whoever slept in userfaultfd has been woken once the page allows the access, and all are in the end', () => {
    const kinds = ['zeropage', 'copy', 'copy-protected', 'poison', 'protect', 'unprotect', 'wake'] as const;
    const answers = fc.array(fc.tuple(gfn, fc.constantFrom(...kinds)), { maxLength: 14 });
    const touches = fc.array(fc.tuple(gfn, fc.boolean()), { minLength: 1, maxLength: 6 });
    const seen = { slept: 0, woken: 0 };
    fc.assert(
      fc.property(fc.integer(), touches, answers, (seed, touched, answers) => {
        const scheduler = new AtRandom(seed);
        const { engine, vm, mm, hva } = build('default', scheduler);
        const uffd = new Userfaultfd(engine, mm.costs, false);
        const modes = VM_UFFD_MISSING | VM_UFFD_WP;
        engine.spawn('register', registerRange(mm, uffd, hva, hva + PAGES, modes));
        drive(engine, scheduler, () => {});
        const waiting = new Set(touched);
        for (const touch of touched) {
          const [at, write] = touch;
          const actor = (function* (): Actor {
            yield* vm.createVcpu().access(at, write, false);
            waiting.delete(touch);
          })();
          engine.spawn(`vCPU at ${at}`, actor);
        }
        engine.spawn(
          'VMM',
          (function* (): Actor {
            for (const [at, kind] of answers) yield* answer(mm, uffd, hva + at, kind);
          })(),
        );
        drive(engine, scheduler, () => {});
        for (const [at, write] of waiting) {
          const page = hva + at;
          expect(mm.walk(page, write), `gfn ${at}, ${write ? 'a write' : 'a read'}`).toBe(NO_PFN);
        }
        // A poisoned page may be waited for by whoever queued behind the wake: then its fault is there to be read.
        expect(uffd.pending).toHaveLength(waiting.size);
        seen.slept += waiting.size;
        seen.woken += touched.length - waiting.size;
        engine.spawn('close', releaseUserfaultfd(mm, uffd));
        drive(engine, scheduler, () => {});
        expect(engine.blocked().map(actor => engine.nameOf(actor))).toEqual([]);
        expect(waiting.size).toBe(0);
      }),
      { numRuns: 100 },
    );
    expect(Math.min(seen.slept, seen.woken)).toBeGreaterThan(30);
  });
});

/** What a reader does for a page; each but protecting it wakes who waits. */
function* answer(mm: Machine['mm'], uffd: Userfaultfd, page: number, kind: string): Actor {
  switch (kind) {
    case 'copy':
    case 'copy-protected':
      yield* fillRange(mm, uffd, page, page + 1, {
        ...{ kind: 'copy', protect: kind === 'copy-protected', into: () => true },
      });
      break;
    case 'zeropage':
    case 'poison':
      yield* fillRange(mm, uffd, page, page + 1, { kind });
      break;
    case 'protect':
      yield* writeProtectRange(mm, uffd, page, page + 1, true);
      return;
    case 'unprotect':
      yield* writeProtectRange(mm, uffd, page, page + 1, false);
      break;
  }
  yield* wakeUserfaults(uffd, page * PAGE_SIZE, PAGE_SIZE);
}
