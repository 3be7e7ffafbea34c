import { expect, test } from 'vitest';
import { draftKey, readDraft, type Store, writeDraft } from './drafts.ts';

/** A store of a given size. */
function store(limit = Number.POSITIVE_INFINITY): Store & { held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    getItem: key => held.get(key) ?? null,
    setItem: (key, text) => {
      if (text.length > limit) throw new DOMException('full', 'QuotaExceededError');
      held.set(key, text);
    },
    removeItem: key => void held.delete(key),
  };
}

test('a draft is kept, replaced and forgotten', () => {
  const s = store();
  writeDraft(s, 'a', 'one');
  writeDraft(s, 'b', 'two');
  writeDraft(s, 'a', 'three');
  expect([readDraft(s, 'a'), readDraft(s, 'b'), readDraft(s, 'c')]).toEqual(['three', 'two', undefined]);
  writeDraft(s, 'a', undefined);
  writeDraft(s, 'b', undefined);
  expect(s.held.size).toBe(0);
});

test('what comes from a link does not touch the page’s own draft', () => {
  const s = store();
  writeDraft(s, draftKey('a/b'), 'mine');
  writeDraft(s, draftKey('a/b', '1.abc'), 'theirs, changed');
  expect(readDraft(s, draftKey('a/b'))).toBe('mine');
});

test('the oldest go when there are too many or too much', () => {
  const s = store();
  for (let i = 0; i < 60; i++) writeDraft(s, `k${i}`, 'x');
  expect([readDraft(s, 'k9'), readDraft(s, 'k10'), readDraft(s, 'k59')]).toEqual([undefined, 'x', 'x']);
  writeDraft(s, 'big', 'x'.repeat(999_990));
  expect([readDraft(s, 'k59'), readDraft(s, 'big')?.length]).toEqual(['x', 999_990]);
  writeDraft(s, 'big2', 'x'.repeat(999_990));
  expect([readDraft(s, 'big'), readDraft(s, 'big2')?.length]).toEqual([undefined, 999_990]);
});

test('no store, a full store and a spoilt store lose nothing that is not lost already', () => {
  expect(() => writeDraft(undefined, 'a', 'x')).not.toThrow();
  expect(readDraft(undefined, 'a')).toBeUndefined();
  const full = store(5);
  expect(() => writeDraft(full, 'a', 'x'.repeat(100))).not.toThrow();
  for (const spoilt of ['{', 'null', '5', '{"a":1}', '[["a"],["b",1],[],null]']) {
    const s = store();
    s.held.set('faultlines:drafts', spoilt);
    expect(readDraft(s, 'b')).toBeUndefined();
    writeDraft(s, 'a', 'x');
    expect(readDraft(s, 'a')).toBe('x');
  }
});
