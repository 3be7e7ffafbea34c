import type { Ending } from '../../src/components/Outcomes/outcome.ts';
import type { Position } from '../../src/components/Positions/position.ts';
import { ending as memoryTypeEnding } from './memory-type/outcomes.ts';
import { positions as memoryType } from './memory-type/positions.ts';
import { ending as pinningEnding } from './pinning/outcomes.ts';
import { positions as pinning } from './pinning/positions.ts';
import { ending as privateMemoryEnding } from './private-memory/outcomes.ts';
import { positions as privateMemory } from './private-memory/positions.ts';
import { ending as sharedOnlyEnding } from './shared-only/outcomes.ts';
import { positions as sharedOnly } from './shared-only/positions.ts';
import { ending as userfaultEnding } from './userfault/outcomes.ts';
import { positions as userfault } from './userfault/positions.ts';

/** What a debate's page tells as data. */
interface Debate {
  /** Folder of its page. */
  readonly slug: string;
  readonly positions: readonly Position[];
  readonly ending: Ending;
}

/** The five debates, in the order of the sidebar. */
export const debates: readonly Debate[] = [
  { slug: 'private-memory', positions: privateMemory, ending: privateMemoryEnding },
  { slug: 'shared-only', positions: sharedOnly, ending: sharedOnlyEnding },
  { slug: 'pinning', positions: pinning, ending: pinningEnding },
  { slug: 'memory-type', positions: memoryType, ending: memoryTypeEnding },
  { slug: 'userfault', positions: userfault, ending: userfaultEnding },
];
