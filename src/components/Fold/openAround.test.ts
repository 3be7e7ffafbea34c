import { parseHTML } from 'linkedom';
import { expect, test, vi } from 'vitest';
import { openAround } from './openAround.ts';

function page() {
  const { document } = parseHTML(
    '<body><details id="outer"><summary>A</summary><details id="inner"><p id="place of it">B</p></details></details><p id="open">C</p></body>',
  );
  const place = document.getElementById('place of it') as HTMLElement;
  place.scrollIntoView = vi.fn();
  const isOpen = (id: string) => document.getElementById(id)?.hasAttribute('open');
  return { document, place, isOpen };
}

test('a fragment opens all that is folded around its element, and shows it', () => {
  const { document, place, isOpen } = page();
  openAround(document, '#place%20of%20it');
  expect([isOpen('outer'), isOpen('inner')]).toEqual([true, true]);
  expect(place.scrollIntoView).toHaveBeenCalledOnce();
  openAround(document, '#place%20of%20it');
  expect(place.scrollIntoView).toHaveBeenCalledOnce();
});

test('a fragment of another kind opens nothing', () => {
  const { document, isOpen } = page();
  for (const hash of ['#open', '#nowhere', '#%E0%A4%A']) openAround(document, hash);
  expect(isOpen('outer')).toBe(false);
});
