/**
 * Memory that a device driver exports (drivers/dma-buf/dma-buf.c): allocated up front, never moved, mapped by frame
 * number, with a memory type of the exporter's choice.
 */
import { settled } from '../engine/settled.ts';
import type { Actor } from '../engine/step.ts';
import { FileMappings } from './fileMappings.ts';
import { NO_PFN, OWNER_DEVICE } from './frames.ts';
import type { Host } from './host.ts';
import { type FileMapping, type MappedFile, NO_PAGE_SIGBUS } from './mappedFile.ts';

/** How the exporter maps it for the host. */
export type HostMemoryType = 'write-back' | 'write-combining' | 'uncached';

export class DmaBuf implements MappedFile {
  readonly kind = 'dmabuf';
  readonly level = 1;
  readonly faultsAround = false;
  readonly pagesLong: number;
  readonly memoryType: HostMemoryType;
  private readonly host: Host;
  private readonly frames: number[] = [];
  private readonly mappings = new FileMappings();
  private holders = 1;

  /** @throws RangeError where memory has no room for it. The creator holds the buffer. */
  constructor(host: Host, pagesLong: number, memoryType: HostMemoryType) {
    this.host = host;
    this.pagesLong = pagesLong;
    this.memoryType = memoryType;
    for (let i = 0; i < pagesLong; i++) {
      const pfn = host.frames.allocate(OWNER_DEVICE);
      if (pfn === NO_PFN) throw new RangeError(`memory has no room for a buffer of ${pagesLong} pages`);
      host.frames.pin(pfn);
      this.frames.push(pfn);
    }
  }

  cachedPage(index: number): number {
    return this.frames[index] ?? NO_PFN;
  }

  isResident(index: number): boolean {
    return index < this.pagesLong;
  }

  faultPage(index: number): number {
    return this.frames[index] ?? NO_PAGE_SIGBUS;
  }

  addMapping(mapping: FileMapping): void {
    this.mappings.add(mapping);
  }

  removeMapping(mapping: FileMapping): void {
    this.mappings.remove(mapping);
  }

  hold(): void {
    this.holders++;
  }

  drop(): Actor | null {
    this.holders--;
    if (this.holders > 0) return null;
    for (const pfn of this.frames.splice(0)) {
      this.host.frames.unpin(pfn);
      this.host.frames.put(pfn);
    }
    return null;
  }

  /** A buffer has no holes: it lives and dies as a whole. */
  punchHole(): Actor {
    return settled(undefined);
  }
}
