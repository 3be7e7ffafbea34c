import { expect, test } from 'vitest';
import { arrival, type Sent } from './arrival.ts';

const sent = (source: string): Sent => ({ source, model: '9.9.9', fragment: '#s=1.x' });

/** Drafts by key. */
const drafts =
  (held: Record<string, string> = {}) =>
  (key: string) =>
    held[key];

test('without a link: the draft, else the page', () => {
  expect(arrival('a/b', 'own', undefined, drafts())).toEqual({
    text: 'own',
    origin: { kind: 'page' },
    aside: undefined,
    keys: ['a/b'],
  });
  expect(arrival('a/b', 'own', undefined, drafts({ 'a/b': 'mine' }))).toMatchObject({
    text: 'mine',
    origin: { kind: 'draft' },
  });
});

test('a link stands before the draft, which is kept aside', () => {
  expect(arrival('a/b', 'own', sent('theirs'), drafts({ 'a/b': 'mine' }))).toEqual({
    text: 'theirs',
    origin: { kind: 'link', model: '9.9.9', changed: false },
    aside: 'mine',
    keys: ['a/b##s=1.x'],
  });
});

test('what was changed in a link’s program is there again when the link is', () => {
  expect(arrival('a/b', 'own', sent('theirs'), drafts({ 'a/b##s=1.x': 'theirs, changed' }))).toMatchObject({
    text: 'theirs, changed',
    origin: { kind: 'link', changed: true },
  });
});

test('the reader’s own link is his draft, and edits go to both', () => {
  expect(arrival('a/b', 'own', sent('mine'), drafts({ 'a/b': 'mine' }))).toEqual({
    text: 'mine',
    origin: { kind: 'draft' },
    aside: undefined,
    keys: ['a/b', 'a/b##s=1.x'],
  });
});

test('a link to the page’s own version is the page', () => {
  expect(arrival('a/b', 'own', sent('own'), drafts({ 'a/b': 'mine' }))).toMatchObject({
    text: 'own',
    origin: { kind: 'page' },
    aside: 'mine',
  });
});
