import { describe, expect, test } from 'vitest';
import { EPT, eptTypeBits, makeSpte, NPT, type SpteBits, type SpteFormat } from './spte.ts';
import { spelledOut } from './spteBits.ts';

const all: SpteBits = { writable: true, pinned: true, accessed: true, huge: true };
const none: SpteBits = { writable: false, pinned: false, accessed: false, huge: false };

function said(format: SpteFormat, bits: SpteBits, type = format.writeBack): Record<string, string> {
  const words = new Int32Array(2);
  // Every bit of the frame number is set: none of them may be read as anything else.
  makeSpte(format, words, 0, 0xffffff, type, bits);
  return Object.fromEntries(spelledOut(format, words[0], words[1]).map(({ name, value }) => [name, value]));
}

describe.each([EPT, NPT])('a leaf of $name', format => {
  test('says yes to everything it was made with', () => {
    const names = ['writable', 'accessed', 'dirty', 'huge leaf', 'host-writable', 'MMU-writable', 'pinned'];
    const [yes, no] = [said(format, all), said(format, none)];
    expect(names.map(name => yes[name])).toEqual(names.map(() => 'yes'));
    expect(names.map(name => no[name])).toEqual(names.map(() => 'no'));
    expect(no['present for KVM']).toBe('yes');
  });

  test('that is empty says that it is not there, and nothing else', () => {
    expect(spelledOut(format, 0, 0)).toEqual([{ name: 'present for KVM', where: 'bit 11', value: 'no' }]);
  });

  test('that keeps a pinned frame says so', () => {
    expect(spelledOut(format, 0x5000, format.pinnedHigh).map(({ name, value }) => [name, value])).toEqual([
      ['present for KVM', 'no'],
      ['pinned', 'yes'],
    ]);
  });

  test('names no place twice', () => {
    const words = new Int32Array(2);
    makeSpte(format, words, 0, 1, format.writeBack, all);
    const places = spelledOut(format, words[0], words[1]).map(({ where }) => where);
    expect(new Set(places).size).toBe(places.length);
  });
});

test('the software bits are where each format has room', () => {
  const where = (format: SpteFormat, name: string) =>
    spelledOut(format, 1 << 11, 0).find(bit => bit.name === name)?.where;
  expect([where(EPT, 'host-writable'), where(EPT, 'MMU-writable')]).toEqual(['bit 57', 'bit 58']);
  expect([where(NPT, 'host-writable'), where(NPT, 'MMU-writable')]).toEqual(['bit 9', 'bit 10']);
});

test('EPT has the memory type in the entry, and NPT says nothing of it', () => {
  expect(said(EPT, none)).toMatchObject({
    'memory type': 'WB',
    'the guest’s PAT is ignored': 'yes',
    readable: 'yes',
    executable: 'yes',
  });
  expect(said(EPT, none, eptTypeBits({ type: 'UC', ignorePat: false }))).toMatchObject({
    'memory type': 'UC',
    'the guest’s PAT is ignored': 'no',
  });
  expect(said(NPT, none)).not.toHaveProperty('memory type');
  expect(said(NPT, none)).toMatchObject({ 'executable (NX is clear)': 'yes', 'present (readable)': 'yes' });
});
