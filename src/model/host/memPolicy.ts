/** Which memory node new pages come from (mm/mempolicy.c), by page of a file (struct shared_policy). */

import type { Hashable, StateHash } from '../engine/hash.ts';

/** MPOL_*, as include/uapi/linux/mempolicy.h numbers them. */
export const MPOL_DEFAULT = 0;
export const MPOL_PREFERRED = 1;
export const MPOL_BIND = 2;
export const MPOL_INTERLEAVE = 3;
export const MPOL_LOCAL = 4;
/** How many modes there are. */
export const MPOL_MAX = 7;

export interface MemPolicy {
  readonly mode: number;
  /** The nodes it names, one bit each. */
  readonly nodes: number;
}

/** The node that every CPU of the model is nearest to. */
const LOCAL_NODE = 0;

export class SharedPolicy implements Hashable {
  private runs: { readonly start: number; readonly end: number; readonly policy: MemPolicy }[] = [];
  private turn = 0;

  /** Gives pages [start, end) a policy; null takes theirs away. What is there already stays where it is. */
  set(start: number, end: number, policy: MemPolicy | null): void {
    const cut = this.runs.flatMap(run => [
      { ...run, end: Math.min(run.end, start) },
      { ...run, start: Math.max(run.start, end) },
    ]);
    if (policy !== null) cut.push({ start, end, policy });
    this.runs = cut.filter(run => run.start < run.end);
  }

  /** The policy of a page, or null. */
  at(index: number): MemPolicy | null {
    return this.runs.find(({ start, end }) => start <= index && index < end)?.policy ?? null;
  }

  hashInto(hash: StateHash): void {
    for (const { start, end, policy } of this.runs)
      hash.add(start).add(end).add(policy.mode).add(policy.nodes);
  }

  /** The node that a page is to be taken from now. */
  nodeFor(index: number): number {
    const policy = this.at(index);
    if (policy === null || policy.mode === MPOL_LOCAL) return LOCAL_NODE;
    const nodes = nodesOf(policy.nodes);
    return policy.mode === MPOL_INTERLEAVE ? nodes[this.turn++ % nodes.length] : nodes[0];
  }
}

function nodesOf(bits: number): number[] {
  const out: number[] = [];
  for (let node = 0; node < 32; node++) if ((bits >>> node) & 1) out.push(node);
  return out;
}
