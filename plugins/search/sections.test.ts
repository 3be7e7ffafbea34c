import { expect, test } from 'vitest';
import { sectionsOf } from './sections.ts';

const page = (main: string) =>
  `<html><head><meta name=description content="About it."></head><body><nav>Menu</nav><main><article>${main}</article></main></body></html>`;

test('a page is cut at its headings, terms and experiments, each with its anchor', () => {
  const html =
    page(`<nav>You are here</nav><h1>Title</h1><p>First.</p><h2 id=one>One<a class=hash-link>x</a></h2><p>Second.</p>
    <section class=fl-experiment id=experiment-a><p class=fl-question>Why?</p><figure>A figure<details class=fl-twin>9</details></figure></section>
    <dl><div><dt id=gfn>gfn</dt><dd>A number.</dd></div></dl>`);
  expect(sectionsOf('a/', html)).toEqual([
    { path: 'a/', title: 'Title', heading: '', text: 'About it. First.' },
    { path: 'a/#one', title: 'Title', heading: 'One', text: 'Second.' },
    { path: 'a/#experiment-a', title: 'Title', heading: 'Why?', text: 'Why? A figure' },
    { path: 'a/#gfn', title: 'Title', heading: 'gfn', text: 'A number.' },
  ]);
});

test('a page without a heading has none', () => {
  expect(sectionsOf('a/', page('<p>Text.</p>'))).toEqual([]);
});
