import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./palette.css', import.meta.url), 'utf8');

/** The tokens of one theme: name without its prefix, colour as #rrggbb. */
function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0];
  return Object.fromEntries(
    [...block.matchAll(/--fl-([\w-]+): (#[0-9a-f]{6});/g)].map(match => [match[1], match[2]]),
  );
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio as WCAG 2.2 defines it, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const themes = { light: tokens(':root'), dark: tokens('[data-theme="dark"]') };

test('both themes have the same tokens', () => {
  expect(Object.keys(themes.dark).sort()).toEqual(Object.keys(themes.light).sort());
  expect(Object.keys(themes.light).length).toBeGreaterThan(20);
});

describe.each(Object.entries(themes))('%s', (_name, theme) => {
  test.each(['ink', 'muted', 'link', 'alert'])('%s reads as text on paper and on a surface', name => {
    expect(contrast(theme[name], theme.paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme[name], theme.surface)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.keys(theme).filter(name => /^code-(?!paper)/.test(name)))(
    '%s reads as text on code',
    name => {
      expect(contrast(theme[name], theme['code-paper'])).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(
    Object.keys(theme).filter(name => /^(shared|private|pinned|faulting|edge|focus|series-\d)$/.test(name)),
  )('%s stands out from paper and from a surface as a shape', name => {
    expect(contrast(theme[name], theme.paper)).toBeGreaterThanOrEqual(3);
    expect(contrast(theme[name], theme.surface)).toBeGreaterThanOrEqual(3);
  });
});
