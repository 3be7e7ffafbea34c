/**
 * Rights of page-table entries as they follow from a mapping's (vm_page_prot, mm/vma.c).
 */
import { PTE_ACCESSED, PTE_PRESENT, PTE_PROTNONE, PTE_USER, PTE_WRITE } from './pte.ts';
import { VM_ACCESS, VM_SHARED, VM_UFFD_WP, VM_WRITE, type Vma } from './vma.ts';

/** What rights bits of an entry a mapping decides about. */
export const PROTECTION_BITS = PTE_PRESENT | PTE_PROTNONE | PTE_USER | PTE_WRITE;

/**
 * The rights that a mapping gives to its entries as they come: private pages are never writable before somebody
 * writes, and shared ones that userfaultfd may protect are not either.
 */
export function pageRights(vma: Vma): number {
  if ((vma.flags & VM_ACCESS) === 0) return PTE_PROTNONE | PTE_USER;
  const shared = (vma.flags & (VM_SHARED | VM_WRITE)) === (VM_SHARED | VM_WRITE);
  return PTE_PRESENT | PTE_USER | (shared && (vma.flags & VM_UFFD_WP) === 0 ? PTE_WRITE : 0);
}

/** Flags of an entry that a fault makes. */
export function newEntryFlags(vma: Vma): number {
  return pageRights(vma) | PTE_ACCESSED;
}
