import type { MissingPageDesign } from '../../kvm/missingPages.ts';
import { conversionExits, privateFirst } from './conversions.ts';
import { exitOnMissing, userfaultAttribute, userfaultBitmap } from './exits.ts';
import { uffdMinor, uffdMissing } from './uffd.ts';

/** Every proposal for who takes the fault on a page that has not arrived, in the order in which they were made. */
export const missingPageDesigns: readonly MissingPageDesign[] = [
  uffdMissing,
  exitOnMissing,
  userfaultAttribute,
  conversionExits,
  privateFirst,
  userfaultBitmap,
  uffdMinor,
];
