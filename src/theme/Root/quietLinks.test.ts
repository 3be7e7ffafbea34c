import { expect, test } from 'vitest';
import { quietLinks } from './quietLinks.ts';

test('a link in view fetches nothing, a link pointed at fetches its page', () => {
  const fetched: string[] = [];
  const holder = {
    docusaurus: Object.freeze({
      prefetch: (path: string): unknown => fetched.push(`seen ${path}`),
      preload: (path: string): unknown => fetched.push(`pointed at ${path}`),
    }),
  };
  quietLinks(holder);
  holder.docusaurus.prefetch('/glossary/');
  holder.docusaurus.preload('/glossary/');
  expect(fetched).toEqual(['pointed at /glossary/']);
});

test('a page without fetchers stays as it is', () => {
  const holder = {};
  quietLinks(holder);
  expect(holder).toEqual({});
});
