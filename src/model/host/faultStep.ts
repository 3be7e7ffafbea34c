/**
 * What one step of a fault came to. Values above STEP_OOM are flags of a mapping: the userfault to be asked
 * (VM_UFFD_MISSING, VM_UFFD_MINOR, VM_UFFD_WP).
 */
export const STEP_DONE = 0;
/** Done, and a frame was allocated for it. */
export const STEP_ALLOCATED = 1;
/** The page must be copied before it can be written. */
export const STEP_COPY = 2;
/** The page's frame is on the move. */
export const STEP_MIGRATION = 3;
export const STEP_SIGBUS = 4;
export const STEP_POISONED = 5;
export const STEP_OOM = 6;
