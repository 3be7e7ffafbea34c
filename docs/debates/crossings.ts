import type { Crossing } from '../../src/components/Crossings/crossing.ts';

/** Where the debates touch each other. */
export const crossings: readonly Crossing[] = [
  {
    between: ['private-memory', 'shared-only'],
    what: 'discarding the shared page after a conversion is an event on host addresses, and in the one published trace such discards make up nearly all calls of the hook that flushes. Much of the slow boots may have been the flush: the first page bounds how much.',
  },
  {
    between: ['pinning', 'private-memory'],
    what: 'pages of a file that KVM owns are not moved, so nobody pins them. In 2022 work on pinning stopped for it.',
  },
  {
    between: ['shared-only', 'pinning'],
    what: 'both ask what a zap takes with it: the contents of a TDX page, or the pin of an SEV page. A memslot update, which zaps everything in one, calls the flush of the other.',
  },
  {
    between: ['userfault', 'private-memory'],
    what: 'without a mapping in a process, userfaultfd cannot see a vCPU’s fault. And the attributes of the first debate were held too slow a place for the bit that post-copy clears at every fault.',
  },
  {
    between: ['memory-type', 'shared-only'],
    what: 'who flushes caches when a page changes hands, and on how many CPUs? In one it is encrypted lines, in the other those of a guest that reads past the cache.',
  },
  {
    between: ['memory-type', 'pinning'],
    what: 'a property of a range should be a property of its slot, until slots are too few or too costly to change. A GPU’s buffers drove the one; a guest with a GPU of its own stopped the other.',
  },
];
