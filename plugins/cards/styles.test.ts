import { readFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { resolved, rootOf, rulesOf, writeStyles } from './styles.ts';

const css = ['palette', 'figures']
  .map(name => readFileSync(new URL(`../../src/css/${name}.css`, import.meta.url), 'utf8'))
  .join('\n');

/** A drawing in a page, with the site's style sheets written into it. */
function styled(inside: string, sheet = css): Element {
  const { document } = parseHTML(`<body><div class="fl-drawing"><svg>${inside}</svg></div></body>`);
  const drawing = document.querySelector('svg') as unknown as Element;
  writeStyles(drawing, rulesOf(sheet));
  return drawing;
}

describe('rules', () => {
  test('of other widths and media, and of what a reader does, are left out', () => {
    const rules = rulesOf(
      '@import "x.css"; a, b { c: d } @media print { a { c: e } } a:hover { c: f } /* a { c: g } */ h { c: i }',
    );
    expect(rules.map(({ selector }) => selector)).toEqual(['a', 'b', 'h']);
  });

  test('the more exact selector wins, wherever it stands', () => {
    const drawing = styled('<g class="x"><path/></g>', '.x > path { fill: red } path { fill: blue }');
    expect(drawing.querySelector('path')?.getAttribute('fill')).toBe('red');
  });
});

describe('values', () => {
  const custom = rootOf(rulesOf(css));

  test('of the palette are those of the light theme', () => {
    expect(resolved('var(--fl-paper)', custom)).toBe('#fcfbf8');
    expect(resolved('1px solid var(--no, var(--fl-ink))', custom)).toBe('1px solid #20282b');
  });

  test('are mixed as a browser mixes them', () => {
    expect(resolved('color-mix(in srgb, #ff0000 25%, #0000ff)', custom)).toBe('#4000bf');
  });

  test('that nothing sets, or that go in a circle, are refused', () => {
    expect(() => resolved('var(--fl-no-such)', custom)).toThrow('--fl-no-such, which nothing sets');
    expect(() => resolved('var(--a)', new Map([['--a', 'var(--a)']]))).toThrow('circle');
  });
});

test('each kind of page has its own colour in its pattern, and nothing is left to be looked up', () => {
  const kinds = ['shared', 'private', 'pinned', 'faulting', 'free', 'unmapped', 'run', 'hold', 'wait'];
  const drawing = styled(
    kinds.map(kind => `<pattern class="fl-k-${kind}"><rect/><path d="M0 0"/></pattern>`).join(''),
  );
  const fills = [...drawing.querySelectorAll('rect')].map(rect => rect.getAttribute('fill'));
  expect(fills[0]).toBe('#2a68a8');
  expect(new Set(fills).size).toBe(kinds.length);
  for (const fill of fills) expect(fill).toMatch(/^#[0-9a-f]{6}$/);
  expect(drawing.outerHTML).not.toMatch(/var\(|color-mix/);
});

test('attributes that name a property are resolved, too', () => {
  const drawing = styled('<path stroke="var(--fl-series-1)" style="stroke-width:3px"/>');
  const path = drawing.querySelector('path');
  expect(path?.getAttribute('stroke')).toBe('#0e716c');
  expect(path?.getAttribute('stroke-width')).toBe('3px');
  expect(drawing.getAttribute('font-size')).toBe('12px');
});
