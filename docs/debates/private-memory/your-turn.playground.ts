// Your turn: remember which frames are private in less memory than
// the kernel does. Change `Mine`: it answers for every frame, and its
// answers are held against the kernel's table.
import { buildMachine, conversionDesigns, show, TableConversion } from 'faultlines';

const PAGES = 2 ** 18; // a guest of 1 GiB
const BLOCK = 512; // 2 MiB
const [SHARED, PRIVATE, MIXED] = [0, 1, 2];

class Mine extends TableConversion {
  private readonly blocks = new Uint8Array(PAGES / BLOCK);
  /** Private pages of the blocks that are mixed. */
  private readonly mixed = new Map<number, Set<number>>();

  override isPrivate(gfn: number): boolean {
    const block = Math.floor(gfn / BLOCK);
    if (this.blocks[block] === MIXED) return this.mixed.get(block)!.has(gfn);
    return this.blocks[block] === PRIVATE;
  }

  // Zaps and changes the kernel's table first, then yours.
  override *convert(start: number, end: number, toPrivate: boolean) {
    const result = yield* super.convert(start, end, toPrivate);
    for (let gfn = start; gfn < end; ) {
      const from = Math.floor(gfn / BLOCK) * BLOCK;
      const until = Math.min(from + BLOCK, end);
      this.remember(from, gfn, until, toPrivate);
      gfn = until;
    }
    return result;
  }

  override metadataBytes(): number {
    // Two bits a block; a bit a page where a block is mixed.
    return PAGES / BLOCK / 4 + this.mixed.size * (BLOCK / 8);
  }

  private remember(block: number, from: number, to: number, toPrivate: boolean) {
    const index = block / BLOCK;
    const pages = new Set<number>();
    for (let gfn = block; gfn < block + BLOCK; gfn++) {
      const isInside = gfn >= from && gfn < to;
      if (isInside ? toPrivate : this.isPrivate(gfn)) pages.add(gfn);
    }
    this.mixed.delete(index);
    if (pages.size === 0) this.blocks[index] = SHARED;
    else if (pages.size === BLOCK) this.blocks[index] = PRIVATE;
    else {
      this.blocks[index] = MIXED;
      this.mixed.set(index, pages);
    }
  }
}

const mine = {
  name: 'mine',
  title: 'Yours',
  mail: { title: 'this page', date: '2026-11-21' },
  create: (vm: ConstructorParameters<typeof TableConversion>[0]) =>
    new Mine(vm, 'ranges', 'private'),
};

const rows = [];
let wrong = 0;
for (const conversion of [...conversionDesigns, mine]) {
  if (conversion.name === 'pending') continue; // not for an SNP guest
  const { engine, vm } = buildMachine({
    profile: { vmType: 'snp' },
    designs: { conversion },
  });
  const table = vm.conversion;
  if (!(table instanceof TableConversion)) continue; // keeps no table of its own
  for (const fragments of [1, 64, 4096]) {
    function* vmm() {
      yield* table.convert(0, PAGES, true);
      for (let i = 0; i < fragments; i++) {
        const gfn = Math.floor((i * PAGES) / fragments);
        yield* table.convert(gfn, gfn + Math.ceil(16384 / fragments), false);
      }
    }
    engine.spawn('VMM', vmm());
    engine.run();
    rows.push({
      design: conversion.title,
      fragments,
      bytes: table.metadataBytes(),
    });
    for (let gfn = 0; conversion === mine && gfn < PAGES; gfn++)
      if (table.isPrivate(gfn) !== table.store.isPrivate(gfn)) wrong++;
  }
}

show.plot(rows, {
  title: '64 MiB of a private guest are shared, in so many pieces',
  x: { key: 'fragments', label: 'Pieces', scale: 'log' },
  y: { key: 'bytes', label: 'Kernel memory', unit: 'bytes', scale: 'log' },
  series: 'design',
});
show.log(`Frames your design takes for the other kind: ${wrong}`);
