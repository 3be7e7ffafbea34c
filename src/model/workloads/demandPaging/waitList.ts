/**
 * The wait queues of userfaultfd as caches see them. An entry lies on the stack of the thread that sleeps; whoever
 * walks the list fetches every entry that was written since he last saw it, and whoever changes the list writes the
 * neighbours too. A single reader therefore finds most entries in its own cache, and many readers do not.
 */

/** Looking at an entry that is in the CPU's own cache, in ns. */
const OWN_CACHE = 2;

/** The entries of all threads: which CPU has seen which version of each. */
export class WaitEntries {
  /** Lines brought so far. */
  transfers = 0;
  private readonly count: number;
  private readonly versions: Int32Array;
  private readonly seen: Int32Array;
  private readonly clean: Uint8Array;
  private readonly lineNs: number;
  private readonly cleanNs: number;

  /** @param cleanNs ns to bring an entry that somebody has fetched since it was written. */
  constructor(count: number, cpus: number, lineNs: number, cleanNs: number) {
    this.count = count;
    this.lineNs = lineNs;
    this.cleanNs = cleanNs;
    this.versions = new Int32Array(count);
    this.seen = new Int32Array(count * cpus).fill(-1);
    this.clean = new Uint8Array(count);
  }

  /** ns that `cpu` takes to look at an entry. */
  read(entry: number, cpu: number): number {
    const at = cpu * this.count + entry;
    if (this.seen[at] === this.versions[entry]) return OWN_CACHE;
    this.seen[at] = this.versions[entry];
    this.transfers++;
    if (this.clean[entry] === 1) return this.cleanNs;
    this.clean[entry] = 1;
    return this.lineNs;
  }

  /** ns that `cpu` takes to write an entry. */
  write(entry: number, cpu: number): number {
    const ns = this.read(entry, cpu);
    this.clean[entry] = 0;
    this.versions[entry]++;
    this.seen[cpu * this.count + entry] = this.versions[entry];
    return ns;
  }
}

/** A list of entries, newest first, as __add_wait_queue puts them; the oldest is read first. */
export class WaitList {
  private readonly entries: WaitEntries;
  private readonly list: number[] = [];

  constructor(entries: WaitEntries) {
    this.entries = entries;
  }

  get length(): number {
    return this.list.length;
  }

  /** The oldest entry. Only valid while `length > 0`. */
  get oldest(): number {
    return this.list[this.list.length - 1];
  }

  /** Adds an entry; returns ns. */
  add(entry: number, cpu: number): number {
    const ns = this.list.length > 0 ? this.entries.write(this.list[0], cpu) : 0;
    this.list.unshift(entry);
    return ns + this.entries.write(entry, cpu);
  }

  /** Takes out an entry that is there; returns ns. */
  remove(entry: number, cpu: number): number {
    const at = this.list.indexOf(entry);
    let ns = this.entries.write(entry, cpu);
    if (at > 0) ns += this.entries.write(this.list[at - 1], cpu);
    if (at + 1 < this.list.length) ns += this.entries.write(this.list[at + 1], cpu);
    this.list.splice(at, 1);
    return ns;
  }

  /** Looks at every entry; returns ns. */
  walk(cpu: number): number {
    let ns = 0;
    for (const entry of this.list) ns += this.entries.read(entry, cpu);
    return ns;
  }
}
