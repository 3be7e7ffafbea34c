/**
 * Host page-table entries: x86's bits in the low half (arch/x86/include/asm/pgtable_types.h), the frame number from
 * bit 12 on across both halves.
 *
 * An entry that is neither present nor zero is a marker or a migration entry (include/linux/swapops.h).
 */
export const PTE_PRESENT = 1 << 0;
export const PTE_WRITE = 1 << 1;
export const PTE_USER = 1 << 2;
export const PTE_ACCESSED = 1 << 5;
export const PTE_DIRTY = 1 << 6;
/** A leaf above level 1. */
export const PTE_HUGE = 1 << 7;
/** Present to the kernel, not to hardware: PROT_NONE, or a NUMA hint (the global bit of a non-present entry). */
export const PTE_PROTNONE = 1 << 8;
/** The frame is not counted: the zero page, or a device's. */
export const PTE_SPECIAL = 1 << 9;
/** Write-protected through userfaultfd. */
export const PTE_UFFD_WP = 1 << 10;

/** Non-present entry: a marker; the two bits after it say of what. */
export const PTE_MARKER = 1 << 3;
export const PTE_MARKER_UFFD_WP = 1 << 4;
export const PTE_MARKER_POISONED = 1 << 11;
/** Non-present entry: its frame is on the move; PTE_WRITE keeps whether it was writable. */
export const PTE_MIGRATION = 1 << 2;

const PRESENT_ANY = PTE_PRESENT | PTE_PROTNONE;

/** Whether the kernel counts the entry as present: it maps a frame, whether hardware may use it or not. */
export function pteMaps(low: number): boolean {
  return (low & PRESENT_ANY) !== 0;
}

/** Whether it is a marker with one of the bits in `kind`. */
export function pteIsMarker(low: number, kind: number): boolean {
  return (low & (PRESENT_ANY | PTE_MARKER)) === PTE_MARKER && (low & kind) !== 0;
}

/** Whether the entry's frame is on the move. */
export function pteIsMigration(low: number): boolean {
  return (low & (PRESENT_ANY | PTE_MARKER | PTE_MIGRATION)) === PTE_MIGRATION;
}

/** Whether a fault may treat it as empty: nothing there, or a marker (pte_none_mostly). */
export function pteNoneMostly(low: number): boolean {
  return low === 0 || (low & (PRESENT_ANY | PTE_MARKER)) === PTE_MARKER;
}

/** The frame number in an entry. */
export function ptePfn(low: number, high: number): number {
  return (low >>> 12) | ((high & 0xfffff) << 20);
}

/** The low half of an entry for a frame. */
export function pteLow(pfn: number, flags: number): number {
  return ((pfn & 0xfffff) << 12) | flags;
}

/** The high half of an entry for a frame. */
export function pteHigh(pfn: number): number {
  return pfn >>> 20;
}

/** The entry's flags without its frame. */
export function pteFlags(low: number): number {
  return low & 0xfff;
}
