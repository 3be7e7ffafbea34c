import type { Check } from './check.ts';
import { dirtyLogging } from './dirtyLogging.ts';
import { hostPages } from './hostPages.ts';
import { hugePages } from './hugePages.ts';
import { privatePages } from './privatePages.ts';
import { shadowPaging } from './shadowPaging.ts';
import { slots } from './slots.ts';
import { userfaultfdEnds } from './userfaultfdEnds.ts';

/** Every check, each a promise that holds in every schedule. */
export const checks: readonly Check[] = [
  ...dirtyLogging,
  ...hostPages,
  ...hugePages,
  ...privatePages,
  ...shadowPaging,
  ...slots,
  ...userfaultfdEnds,
];
