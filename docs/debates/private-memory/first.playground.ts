// A guest of 1 GiB turns private at launch, then shares pages, each
// by itself. What takes less memory to remember it: the private
// pages, or the shared ones?
import {
  buildMachine,
  conversionDesigns,
  createSlot,
  GuestMemfd,
  type Row,
  show,
} from 'faultlines';

const PAGES = 2 ** 18; // of 4 KiB

const rows: Row[] = [];
for (const conversion of conversionDesigns) {
  if (conversion.name !== 'attributes-ioctl' && conversion.name !== 'shared-ranges')
    continue;
  const { engine, mm, vm } = buildMachine({ designs: { conversion } });

  function* vmm() {
    const gmem = new GuestMemfd(vm, PAGES);
    const hva = mm.map(PAGES);
    yield* createSlot(vm, {
      id: 0,
      baseGfn: 0,
      pages: PAGES,
      flags: 0,
      hva,
      gmem,
      gmemOffset: 0,
    });
    for (let shared = 1; shared <= 4096; shared *= 4) {
      yield* vm.conversion.convert(0, PAGES, true);
      for (let i = 0; i < shared; i++) {
        const gfn = (i * PAGES) / shared;
        yield* vm.conversion.convert(gfn, gfn + 1, false);
      }
      rows.push({
        design: conversion.title,
        shared,
        bytes: vm.conversion.metadataBytes(),
      });
    }
  }
  engine.spawn('VMM', vmm());
  engine.run();
}

show.plot(rows, {
  title: 'Memory that remembers which pages of a 1 GiB guest are private',
  x: { key: 'shared', label: 'Shared pages', scale: 'log' },
  y: { key: 'bytes', label: 'Kernel memory', unit: 'bytes', scale: 'log' },
  series: 'design',
});
