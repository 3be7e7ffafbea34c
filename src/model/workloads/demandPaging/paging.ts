/** What a run of demand paging is made of: its shape, its costs, and what it measures. */

/** Who learns of a missing page, and how. */
export type Trap =
  /** Nobody: KVM and the host's fault handler make the page. */
  | 'none'
  /** A reader of the userfaultfd, while the vCPU sleeps in the kernel. */
  | 'userfaultfd'
  /** The vCPU's own thread, out of KVM_RUN; it fills the page with an ioctl of the userfaultfd. */
  | 'exit and fill'
  /** The vCPU's own thread, out of KVM_RUN; it clears a bit, and the page is made as without a trap. */
  | 'exit'
  /** The same, but what it clears is a memory attribute, by an ioctl that takes slots_lock and mmu_lock. */
  | 'exit and attribute';

/** Where pages come from, if they are not at hand. */
export interface Wire {
  /** ns from asking for a page until its last byte is there, when nothing else is on the wire. */
  readonly latencyNs: number;
  /** Infinity for a wire that takes no time. */
  readonly bytesPerNs: number;
  /** Bytes of a page. */
  readonly pageBytes: number;
}

/** How a run is laid out. Every vCPU and every reader has a CPU to itself. */
export interface PagingShape {
  readonly trap: Trap;
  /** At least 1. Each touches pages of its own, one after another. */
  readonly vcpus: number;
  /** vCPU number n belongs to userfaultfd number n modulo this; at least 1, at most `vcpus`. */
  readonly uffds: number;
  /** Threads that read each userfaultfd; at least 1. */
  readonly readers: number;
  /** Faults to measure, after a third as many that are not; at least 1. */
  readonly faults: number;
  /** Each page is fetched, by whoever is told of it, before it is filled; at hand unless given. */
  readonly wire?: Wire;
}

/** In ns. */
export interface PagingCosts {
  /** A touch, its exit, KVM's share and the entry, without what other CPUs write. */
  readonly fault: number;
  /** A touch that KVM answers by leaving KVM_RUN, and calling it again. */
  readonly exit: number;
  /** The ioctl that fills a page, without the page. */
  readonly fill: number;
  /** Allocating a page and writing it; 0 where it is in the page cache. */
  readonly page: number;
  /** A reader's wait and read. */
  readonly reader: number;
  /** Waking a thread, for the one who wakes; it runs as much later. */
  readonly wake: number;
  /** Bringing a line that another CPU has written. */
  readonly line: number;
  /** Bringing a line that another CPU has fetched since it was written. */
  readonly cleanLine: number;
  /** The ioctl that clears a memory attribute of a page, without its locks. */
  readonly attribute: number;
}

/** What a run measured. */
export interface PagingResult {
  /** ns from one page to the next, for the whole VM. */
  readonly nsPerPage: number;
  /** ns from a vCPU's touch until it goes on: mean. */
  readonly meanNs: number;
  /** Of that, what the page was on the wire or behind others on it. */
  readonly wireNs: number;
  /** Lines that were brought for a page. */
  readonly linesPerPage: number;
}
