/** What designs for missing pages have in common: the memory they lay out, and the ways to put a page into it. */
import type { Actor } from '../../engine/step.ts';
import { NO_PFN } from '../../host/frames.ts';
import { MemFile } from '../../host/memFile.ts';
import { fillRange } from '../../host/uffdFill.ts';
import { registerRange } from '../../host/uffdRegister.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { readUserfaultfd, wakeUserfaults } from '../../host/userfault.ts';
import { Userfaultfd } from '../../host/userfaultfd.ts';
import { VM_UFFD_MINOR, VM_UFFD_MISSING } from '../../host/vma.ts';
import { EXIT_MEMORY_FAULT, type Exit } from '../../kvm/exits.ts';
import { guestWrites } from '../../kvm/guestContents.ts';
import { GMEM_INIT_SHARED, GMEM_MMAP, GuestMemfd } from '../../kvm/guestMemfd.ts';
import { MEM_GUEST_MEMFD, MEMSLOT_GMEM_ONLY } from '../../kvm/memslots.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { Destination, MissingPages } from '../../kvm/missingPages.ts';
import type { Userfaults } from '../../kvm/userfault.ts';
import type { Vm } from '../../kvm/vm.ts';

/** What a userfaultfd traps: pages that are not in the file, or those that are not mapped as well. */
export type UffdMode = 'missing' | 'minor';

/** Memory of a guest whose pages come one by one. */
export class ArrivingMemory implements MissingPages {
  hva = 0;
  protected readonly to: Destination;
  protected readonly vm: Vm;
  /** What the VMM maps, where that is not the guest_memfd. */
  private file: MemFile | null = null;
  private gmem: GuestMemfd | null = null;
  private uffd: Userfaultfd | null = null;

  constructor(to: Destination) {
    this.to = to;
    this.vm = to.vm;
  }

  *begin(): Actor<number> {
    yield* this.layOut(0, null);
    return yield* this.recallPrivate();
  }

  // biome-ignore lint/correctness/useYield: a design that knows no exit has nothing to wait for
  *resolve(_exit: Exit): Actor<boolean> {
    return false;
  }

  metadataBytes(): number {
    return 0;
  }

  /** Makes the files, the mapping and the slot. */
  protected *layOut(flags: number, userfault: Userfaults | null): Actor {
    const { vm, to } = this;
    const { memory, pages } = to;
    let slotFlags = flags;
    if (memory !== 'mapped') {
      this.gmem = new GuestMemfd(vm, pages, memory === 'gmem' ? GMEM_MMAP | GMEM_INIT_SHARED : 0);
      slotFlags |= MEM_GUEST_MEMFD | (memory === 'gmem' ? MEMSLOT_GMEM_ONLY : 0);
    }
    if (memory !== 'gmem') this.file = new MemFile(vm.host);
    this.hva = vm.mm.map(pages, this.file ?? this.gmem);
    yield* createSlot(vm, {
      id: 0,
      baseGfn: 0,
      pages,
      flags: slotFlags,
      hva: this.hva,
      gmem: this.gmem,
      gmemOffset: 0,
      userfault,
    });
  }

  /** Gives KVM the attributes that the guest's pages had at the source. */
  protected *recallPrivate(): Actor<number> {
    for (let gfn = 0; gfn < this.to.pages; gfn++) {
      if (!this.to.wasPrivate(gfn)) continue;
      const refused = yield* this.vm.conversion.convert(gfn, gfn + 1, true);
      if (refused !== 0) return refused;
    }
    return 0;
  }

  /** Puts the VMM's mapping under a userfaultfd, with a thread that reads it. Returns 0 or a negated errno. */
  protected *trapMapping(mode: UffdMode): Actor<number> {
    const { vm, hva } = this;
    const uffd = new Userfaultfd(vm.engine, vm.costs, false);
    uffd.initialized = true;
    const modes = mode === 'minor' ? VM_UFFD_MISSING | VM_UFFD_MINOR : VM_UFFD_MISSING;
    const refused = yield* registerRange(vm.mm, uffd, hva, hva + this.to.pages, modes);
    if (refused < 0) return refused;
    this.uffd = uffd;
    vm.engine.spawn('userfaultfd reader', this.readFaults(uffd, mode), { daemon: true });
    return 0;
  }

  private *readFaults(uffd: Userfaultfd, mode: UffdMode): Actor {
    for (;;) {
      const message = yield* readUserfaultfd(uffd, false, null);
      if (typeof message === 'number' || message.event !== 'pagefault') return;
      this.to.learned('userfaultfd');
      const page = message.address / PAGE_SIZE;
      const token = yield* this.to.fetch(page - this.hva, false);
      if (mode === 'minor') yield* this.fillBeside(page - this.hva, token);
      const { frames } = this.vm.host;
      const copy = (pfn: number) => {
        frames.write(pfn, token);
        return true;
      };
      yield* fillRange(
        this.vm.mm,
        uffd,
        page,
        page + 1,
        mode === 'minor'
          ? { kind: 'continue', protect: false }
          : { kind: 'copy', protect: false, into: copy },
      );
      yield* wakeUserfaults(uffd, message.address, PAGE_SIZE);
    }
  }

  /** Fetches what an exit asks for and puts it where the access will find it. */
  protected *bring(gfn: number, isPrivate: boolean): Actor {
    const token = yield* this.to.fetch(gfn, isPrivate);
    if (isPrivate) yield* this.importPrivate(gfn, token);
    else yield* this.fillBeside(gfn, token);
  }

  /** Writes a shared page through another mapping of its file, which nothing traps. */
  private *fillBeside(gfn: number, token: number): Actor {
    const { host, costs } = this.vm;
    const pfn = this.file === null ? this.gmem!.getPfn(gfn) : this.file.ensurePage(gfn);
    if (pfn !== NO_PFN) host.frames.write(pfn, token);
    yield costs.pageAllocate;
  }

  /** Hands a private page to the firmware, which decrypts the transport and encrypts for the guest. */
  private *importPrivate(gfn: number, token: number): Actor {
    const { vm } = this;
    const pfn = this.gmem!.getPfn(gfn);
    if (pfn === NO_PFN) return;
    yield vm.costs.pageAllocate + vm.costs.rmpUpdate;
    vm.rmp?.makePrivate(pfn, gfn);
    guestWrites(vm, pfn, token, true);
  }

  /** Wakes whoever sleeps on a page that came by another way than a userfaultfd's. */
  protected *wake(gfn: number): Actor {
    if (this.uffd !== null) yield* wakeUserfaults(this.uffd, (this.hva + gfn) * PAGE_SIZE, PAGE_SIZE);
  }
}

/** The page that a memory fault is about, with what was meant; null for any other exit. */
export function missedPage(
  exit: Exit,
): { readonly gfn: number; readonly isPrivate: boolean; readonly userfault: boolean } | null {
  if (exit.reason !== EXIT_MEMORY_FAULT) return null;
  return { gfn: exit.gfn, isPrivate: exit.isPrivate, userfault: exit.userfault === true };
}
