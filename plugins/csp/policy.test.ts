import { describe, expect, test } from 'vitest';
import { hashOf, inlineScripts, withPolicy } from './policy.ts';

const page = (scripts: string) =>
  `<!doctype html><html><head><meta charset=UTF-8><title>T</title></head><body>${scripts}</body></html>`;

describe('inline scripts', () => {
  test('are those a browser would run', () => {
    const scripts =
      '<script>one()</script><script src=/a.js defer></script><script type=application/ld+json>{"a":1}</script>' +
      '<script data-rh="true">two(\n)</script>';
    expect(inlineScripts(page(scripts))).toEqual(['one()', 'two(\n)']);
  });

  test('are named by the hash of their very text', () => {
    expect(hashOf("alert('Hello, world.');")).toBe("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
  });
});

describe('the policy', () => {
  const html = withPolicy(page('<script>one()</script>'), {
    'worker-src': ['blob:'],
    'script-src': ["'sha256-x'"],
  });
  const content = /content="([^"]*)"/.exec(html)?.[1] ?? '';

  test('stands before everything it is to bind', () => {
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<title>'));
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'));
  });

  test('allows nothing by default, no eval, and scripts by origin and hash alone', () => {
    expect(content).toContain("default-src 'none'");
    expect(content).not.toContain('eval');
    expect(content).toContain(`script-src 'self' 'sha256-x' ${hashOf('one()')};`);
    expect(content).not.toMatch(/script-src[^;]*unsafe-inline/);
  });

  test('adds what is needed and no more', () => {
    expect(content).toContain("worker-src 'self' blob:;");
    expect(content).toContain("connect-src 'self';");
  });

  test('is put once, and only into a page', () => {
    expect(() => withPolicy(html, {})).toThrow('already');
    expect(() => withPolicy('no page', {})).toThrow('no head');
  });
});
