/**
 * A set of page numbers kept as sorted runs [start, end): its size depends on how often the set changes sides, not
 * on how many pages it has.
 */
export class RunSet {
  /** Starts and ends in turn, ascending: an even position is a start. */
  private edges: number[] = [];

  /** Number of runs. */
  get runs(): number {
    return this.edges.length / 2;
  }

  /** Start of run i. */
  start(i: number): number {
    return this.edges[2 * i];
  }

  /** End of run i, exclusive. */
  end(i: number): number {
    return this.edges[2 * i + 1];
  }

  /** Number of pages in the set. */
  get size(): number {
    let pages = 0;
    for (let i = 0; i < this.edges.length; i += 2) pages += this.edges[i + 1] - this.edges[i];
    return pages;
  }

  has(page: number): boolean {
    return (this.firstEdgeAbove(page) & 1) === 1;
  }

  /** Whether all of [start, end) is in the set, or none of it. */
  isUniform(start: number, end: number): boolean {
    const edge = this.firstEdgeAbove(start);
    return edge === this.edges.length || this.edges[edge] >= end;
  }

  /** Puts [start, end) into the set, or takes it out. */
  set(start: number, end: number, member: boolean): void {
    const low = this.firstEdgeFrom(start);
    const high = this.firstEdgeAbove(end);
    const fresh: number[] = [];
    // An odd position means that the set holds what lies before the edge.
    if (((low & 1) === 1) !== member) fresh.push(start);
    if (((high & 1) === 1) !== member) fresh.push(end);
    this.edges.splice(low, high - low, ...fresh);
  }

  /** Runs as [start, end) pairs, in order. */
  *[Symbol.iterator](): IterableIterator<readonly [number, number]> {
    for (let i = 0; i < this.edges.length; i += 2) yield [this.edges[i], this.edges[i + 1]];
  }

  /** Position of the first edge >= page. */
  private firstEdgeFrom(page: number): number {
    let low = 0;
    let high = this.edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.edges[middle] < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Position of the first edge > page. */
  private firstEdgeAbove(page: number): number {
    let low = 0;
    let high = this.edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.edges[middle] <= page) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
