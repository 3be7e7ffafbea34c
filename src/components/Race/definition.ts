import type { SearchResult } from '../../model/engine/explorer/search.ts';
import type { MemoryOrder } from '../../model/engine/memory/memory.ts';

/** What a search has found, as a page shows it. */
export type Explored = Omit<SearchResult, 'finalStates'>;

/** A design with what its search found when the site was built. */
export interface DesignDefinition {
  readonly name: string;
  readonly title: string;
  readonly weakening: string | null;
  readonly memory: MemoryOrder;
  readonly result: Explored;
  /** Steps of the first counterexample: who, and what he did. Empty where everything holds. */
  readonly steps: readonly (readonly [actor: string, what: string])[];
}

/** What the page knows of a race before anybody explores it. */
export interface RaceDefinition {
  readonly id: string;
  readonly question: string;
  readonly designs: readonly DesignDefinition[];
}
