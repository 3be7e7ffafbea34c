import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

const words = (text: string) => wordsOf(text).map(({ word }) => word);

test('an identifier is a word, and so are its parts', () => {
  expect(words('KVM_SET_MEMORY_ATTRIBUTES')).toEqual([
    'kvm_set_memory_attributes',
    'kvm',
    'set',
    'memory',
    'attribute',
  ]);
});

test('a compound is found by its parts and in one piece', () => {
  expect(words('post-copy')).toEqual(words('post copy').concat('postcopy'));
});

test('sizes are the same however they are written', () => {
  for (const text of ['1G', '1 GiB', '1GiB', '1gb']) expect(words(text)).toEqual(['1g']);
  expect(words('4 KiB and 2M')).toEqual(['4k', '2m']);
});

test('one and many, doing and done are one word', () => {
  expect(words('pins pinned pinning pin')).toEqual(['pin', 'pin', 'pin', 'pin']);
  expect(words('entries')).toEqual(words('entry'));
  expect(words('uffd')).toEqual(words('userfaultfd'));
});

test('words that say nothing are left out, and places are those in the text', () => {
  expect(wordsOf('who is the vCPU?')).toEqual([{ word: 'vcpu', at: 11 }]);
});

test('words that every object of the language knows are words like others', () => {
  expect(words('the constructor')).toEqual(['constructor']);
});
