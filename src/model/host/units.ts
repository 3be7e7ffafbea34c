/** Bytes of a base page; the model has no other base page size. */
export const PAGE_SIZE = 4096;

/** Base pages in a 2 MiB page. */
export const PAGES_PER_2M = 512;

/** Base pages in a 1 GiB page. */
export const PAGES_PER_1G = 512 * 512;

/** Page-table levels by the size of their leaves, as KVM counts them (PG_LEVEL_4K, ...). */
export const LEVEL_4K = 1;
export const LEVEL_2M = 2;
export const LEVEL_1G = 3;

/** Base pages that a leaf of `level` maps. */
export function pagesOf(level: number): number {
  return level === LEVEL_4K ? 1 : level === LEVEL_2M ? PAGES_PER_2M : PAGES_PER_1G;
}
