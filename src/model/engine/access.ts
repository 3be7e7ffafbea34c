/**
 * What a step touched.
 *
 * A search decides by it which steps can be swapped without a difference. Shared objects report their reads and
 * writes here while `on` is true; in timed runs it is false and they do nothing but test it.
 */

/**
 * How a step touched an object.
 *
 * Reads and writes race as one expects. Taking a lock races with taking it elsewhere; a release and an acquire of
 * one lock are never possible at once, so they order steps and never race. `SIGNAL` makes a step possible that waits
 * with `ORDER`; the two order steps, race with nothing, and can be swapped with others of their kind.
 */
export type AccessKind =
  | typeof READ
  | typeof WRITE
  | typeof ACQUIRE
  | typeof ACQUIRE_SHARED
  | typeof RELEASE
  | typeof RELEASE_SHARED
  | typeof ORDER
  | typeof SIGNAL;
export const READ = 0;
export const WRITE = 1;
export const ACQUIRE = 2;
export const ACQUIRE_SHARED = 3;
export const RELEASE = 4;
export const RELEASE_SHARED = 5;
export const ORDER = 6;
export const SIGNAL = 7;

/** The accesses of the step under way. */
export class AccessLog {
  /** True while a search runs. */
  on = false;
  /** Number of accesses; `objects` and `kinds` are valid up to there, and keep their length for the next step. */
  count = 0;
  readonly objects: number[] = [];
  readonly kinds: AccessKind[] = [];
  /** Number of actors that the step woke, and who. */
  wokenCount = 0;
  readonly woken: number[] = [];
  private nextId = 0;
  private readonly firsts: number[] = [];
  private readonly names: string[] = [];

  /**
   * Reserves `count` consecutive object ids and returns the first: an array with an id an element asks for its
   * length.
   *
   * @param name what readers of a schedule call it.
   */
  reserve(count = 1, name = ''): number {
    const first = this.nextId;
    this.nextId += count;
    this.firsts.push(first);
    this.names.push(name);
    return first;
  }

  /** The name that an object was reserved under; empty where it has none. */
  nameOf(object: number): string {
    let at = this.firsts.length - 1;
    while (at >= 0 && this.firsts[at] > object) at--;
    return at < 0 ? '' : this.names[at];
  }

  /** Reports a read. */
  read(object: number): void {
    if (this.on) this.note(object, READ);
  }

  /** Reports a write, or a read-modify-write. */
  write(object: number): void {
    if (this.on) this.note(object, WRITE);
  }

  /** Reports any access. Only called while `on`. */
  note(object: number, kind: AccessKind): void {
    this.objects[this.count] = object;
    this.kinds[this.count++] = kind;
  }

  /** Reports that an actor was woken. Only called while `on`. */
  noteWoken(actor: number): void {
    this.woken[this.wokenCount++] = actor;
  }

  /** Starts a new step. */
  clear(): void {
    this.count = 0;
    this.wokenCount = 0;
  }

  /** Number of ids reserved so far. */
  get reserved(): number {
    return this.nextId;
  }
}
