import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { asksForKeys, type Pressed } from './asks.ts';

const { document } = parseHTML(
  '<!doctype html><body><p id=p>text</p><button id=b></button><input id=i><textarea id=t></textarea><select id=s></select><div contenteditable="true"><span id=e></span></div><dialog><button id=d></button></dialog></body>',
);
const press = (change: Partial<Pressed> = {}): Pressed => ({
  key: '?',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  defaultPrevented: false,
  isComposing: false,
  ...change,
});
const from = (id: string) => (selector: string) => document.getElementById(id)?.closest(selector) != null;

describe('the list of keys', () => {
  test.each(['p', 'b'])('comes with a question mark in %s', id => {
    expect(asksForKeys(press(), from(id))).toBe(true);
  });

  test.each(['i', 't', 's', 'e', 'd'])('does not come where keys are text: %s', id => {
    expect(asksForKeys(press(), from(id))).toBe(false);
  });

  test.each([
    { key: '/' },
    { ctrlKey: true },
    { metaKey: true },
    { altKey: true },
    { defaultPrevented: true },
    { isComposing: true },
  ])('does not come with %j', change => {
    expect(asksForKeys(press(change), from('p'))).toBe(false);
  });
});
