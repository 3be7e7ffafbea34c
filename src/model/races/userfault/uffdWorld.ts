/** A VM whose one page of memory is handled by a userfaultfd. */
import type { Engine } from '../../engine/engine.ts';
import type { Actor } from '../../engine/step.ts';
import { fillRange } from '../../host/uffdFill.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { wakeUserfaults } from '../../host/userfault.ts';
import { Userfaultfd } from '../../host/userfaultfd.ts';
import { VM_UFFD_MISSING } from '../../host/vma.ts';
import type { Machine } from '../../machine.ts';
import type { StateTable } from '../race.ts';
import { placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';

/** What the source of the migration holds. */
export const SOURCE_TOKEN = 1;

export class UffdWorld {
  readonly machine: Machine;
  readonly uffd: Userfaultfd;
  /** The page, by host virtual page. */
  readonly page: number;

  constructor(engine: Engine) {
    this.machine = raceMachine(engine, {});
    const { mm, vm } = this.machine;
    this.page = mm.map(1);
    this.uffd = new Userfaultfd(engine, mm.costs, false);
    this.uffd.initialized = true;
    const vma = mm.vmas.find(this.page)!;
    vma.flags |= VM_UFFD_MISSING;
    vma.uffd = this.uffd;
    placeSlot(vm, { pages: 1, hva: this.page });
  }

  /** UFFDIO_COPY with UFFDIO_COPY_MODE_DONTWAKE. Returns the number of pages, or -EEXIST. */
  copy(): Actor<number> {
    const { mm, host } = this.machine;
    const into = (pfn: number) => {
      host.frames.write(pfn, SOURCE_TOKEN);
      return true;
    };
    return fillRange(mm, this.uffd, this.page, this.page + 1, { kind: 'copy', protect: false, into });
  }

  /** UFFDIO_WAKE. */
  wake(): Actor {
    return wakeUserfaults(this.uffd, this.page * PAGE_SIZE, PAGE_SIZE);
  }

  /** What is drawn of the guest's memory. */
  get memory() {
    return { vm: this.machine.vm, gfns: [0] };
  }

  show(): StateTable[] {
    const { pending, read } = this.uffd;
    const { mm, vm, host } = this.machine;
    const pfn = mm.walk(this.page, false);
    return [
      showMemory(vm, 1)[0],
      {
        title: 'userfaultfd',
        columns: ['queued faults', 'read faults', 'the page holds'],
        rows: [[String(pending.length), String(read.length), pfn > 0 ? String(host.frames.read(pfn)) : '–']],
      },
    ];
  }
}
