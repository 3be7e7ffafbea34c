import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { Caches, LINES_PER_PAGE } from './caches.ts';

const GUEST = 0;
const HOST = 1;
const LINE = 3 * LINES_PER_PAGE;

function caches(options: Partial<ConstructorParameters<typeof Caches>[1]> = {}): Caches {
  return new Caches(new Engine(), { cpus: 2, selfSnoop: true, ...options });
}

describe('caches', () => {
  it('agree with each other while everybody is write-back, whatever is evicted or fetched', () => {
    const step = fc.record({
      what: fc.constantFrom('read', 'write', 'evict', 'fill', 'device'),
      cpu: fc.integer({ min: 0, max: 2 }),
      line: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const subject = caches({ cpus: 3 });
        const expected = new Map<number, number>();
        let token = 0;
        for (const { what, cpu, line } of steps) {
          if (what === 'write') {
            subject.write(cpu, line, ++token, 'WB');
            expected.set(line, token);
          } else if (what === 'evict') subject.evict(cpu, line);
          else if (what === 'fill') subject.speculativeFill(cpu, line);
          else if (what === 'device') expect(subject.deviceRead(line, true)).toBe(expected.get(line) ?? 0);
          else expect(subject.read(cpu, line, 'WB')).toBe(expected.get(line) ?? 0);
        }
      }),
    );
  });

  it('hide a write-back store from whoever reads memory past them', () => {
    const subject = caches();
    subject.write(GUEST, LINE, 7, 'WB');
    expect(subject.deviceRead(LINE, false)).toBe(0);
    expect(subject.deviceRead(LINE, true)).toBe(7);
    subject.write(GUEST, LINE, 8, 'WB');
    subject.flushLine(LINE);
    expect(subject.deviceRead(LINE, false)).toBe(8);
  });

  it('answer an alias with stale lines after a store that went past them', () => {
    const subject = caches();
    subject.speculativeFill(HOST, LINE);
    subject.write(GUEST, LINE, 7, 'WC');
    expect(subject.combined(GUEST, LINE)).toBe(7);
    subject.drainAll(GUEST);
    expect(subject.inMemory(LINE)).toBe(7);
    expect(subject.read(HOST, LINE, 'WB')).toBe(0);
    subject.flushLine(LINE);
    expect(subject.read(HOST, LINE, 'WB')).toBe(7);
  });

  it('write old lines over new data when they are evicted late', () => {
    const subject = caches();
    subject.write(HOST, LINE, 1, 'WB');
    subject.write(GUEST, LINE, 2, 'UC');
    expect(subject.inMemory(LINE)).toBe(2);
    subject.evict(HOST, LINE);
    expect(subject.inMemory(LINE)).toBe(1);
  });

  it('of one CPU are coherent with its own uncached accesses where it snoops itself', () => {
    for (const selfSnoop of [true, false]) {
      const subject = caches({ selfSnoop });
      subject.write(GUEST, LINE, 1, 'WB');
      expect(subject.read(GUEST, LINE, 'UC')).toBe(selfSnoop ? 1 : 0);
    }
  });

  it('are not passed by WC+, AMD’s write combining', () => {
    const subject = caches({ selfSnoop: false });
    subject.write(HOST, LINE, 1, 'WB');
    subject.write(GUEST, LINE, 2, 'WC+');
    expect(subject.cached(HOST, LINE)).toBeUndefined();
    subject.drain(GUEST, LINE);
    expect(subject.read(HOST, LINE, 'WB')).toBe(2);
  });

  it('lose nothing to WBINVD or WBNOINVD, which differ in what they leave', () => {
    const subject = caches();
    subject.write(HOST, LINE, 1, 'WB');
    subject.write(HOST, LINE + 1, 2, 'WB');
    expect(subject.dirtyLines(HOST)).toBe(2);
    expect(subject.writeBackAll(HOST)).toBe(2);
    expect(subject.cached(HOST, LINE)).toEqual({ value: 1, dirty: false });
    expect(subject.writeBackInvalidate(HOST)).toBe(0);
    expect(subject.cached(HOST, LINE)).toBeUndefined();
    expect(subject.inMemory(LINE + 1)).toBe(2);
    expect(subject.writeBacks).toBe(2);
  });

  it('keep an encrypted line beside a plain one where nothing makes them agree, and the later write-back wins', () => {
    const subject = caches({ coherentAliases: false });
    subject.write(GUEST, LINE, 1, 'WB', 5);
    subject.write(HOST, LINE, 2, 'WB', 0);
    subject.evict(HOST, LINE, 0);
    expect(subject.inMemory(LINE)).toBe(2);
    subject.evict(GUEST, LINE, 5);
    expect(subject.inMemory(LINE)).toBe(1);
    const coherent = caches({ coherentAliases: true });
    coherent.write(GUEST, LINE, 1, 'WB', 5);
    coherent.write(HOST, LINE, 2, 'WB', 0);
    expect(coherent.evict(GUEST, LINE, 5)).toBe(false);
  });
});
