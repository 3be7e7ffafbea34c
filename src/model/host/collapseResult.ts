/** Why 2 MiB were not collapsed, as far as MADV_COLLAPSE tells (enum scan_result; madvise_collapse, mm/khugepaged.c). */
import { EAGAIN, EBUSY, EINVAL, ENOMEM } from './errno.ts';

export interface CollapseFailure {
  /** What the call returns where nothing else goes wrong later. */
  readonly errno: number;
  /** The call goes on with the next 2 MiB all the same. */
  readonly goesOn: boolean;
}

/** There is no huge page to be had. */
export const NO_MEMORY: CollapseFailure = { errno: -ENOMEM, goesOn: false };
/** A page that is missing must stay so, for a userfaultfd waits to hear of it. */
export const AWAITED: CollapseFailure = { errno: -EBUSY, goesOn: false };
/** Somebody else holds a page. */
export const HELD: CollapseFailure = { errno: -EAGAIN, goesOn: true };
/** A page came where none was. */
export const FILLED: CollapseFailure = { errno: -EAGAIN, goesOn: false };
/** An entry maps nothing that could be copied, or is protected by a userfaultfd. */
export const NOT_PRESENT: CollapseFailure = { errno: -EINVAL, goesOn: true };
/** The mapping, or what it maps, is of the wrong kind. */
export const UNFIT: CollapseFailure = { errno: -EINVAL, goesOn: false };
