// Your turn: remember which frames are private in less memory than
// the kernel does. `metadataBytes` is your design. It may count
// anything it could really store; the table tells it, for any range,
// whether all of it is private or all of it shared.
import { buildMachine, conversionDesigns, show, TableConversion } from 'faultlines';

const PAGES = 2 ** 18; // a guest of 1 GiB
const BLOCK = 512; // 2 MiB

class Mine extends TableConversion {
  override metadataBytes(): number {
    let bytes = PAGES / BLOCK / 4; // two bits a block: private, shared or mixed
    for (let gfn = 0; gfn < PAGES; gfn += BLOCK) {
      const isMixed =
        !this.store.isAll(gfn, gfn + BLOCK, true) &&
        !this.store.isAll(gfn, gfn + BLOCK, false);
      if (isMixed) bytes += BLOCK / 8; // a bit a page, where they differ
    }
    return bytes;
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
  }
}

show.plot(rows, {
  title: '64 MiB of a private guest are shared, in so many pieces',
  x: { key: 'fragments', label: 'Pieces', scale: 'log' },
  y: { key: 'bytes', label: 'Kernel memory', unit: 'bytes', scale: 'log' },
  series: 'design',
});
