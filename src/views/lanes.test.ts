import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { drawLanes, layout, type Mark, rowsOf } from './lanes.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Marks from a notation: `0-4 2-6 9` are two stretches and a moment. */
function marks(text: string): Mark[] {
  return text.split(' ').map(part => {
    const [start, end = start] = part.split('-').map(Number);
    return { start, end, text: part, label: 'a name', className: 'fl-mark' };
  });
}

const write = (rows: Mark[][]) => rows.map(row => row.map(({ text }) => text).join(' '));

describe('rows', () => {
  test.each([
    ['0-4 4-8 8-9', ['0-4 4-8 8-9']],
    ['0-4 2-6 4-8', ['0-4 4-8', '2-6']],
    ['2-3 0-9 4-5', ['0-9', '2-3 4-5']],
    ['0-1 0-1 0-1', ['0-1', '0-1', '0-1']],
  ])('%s', (text, rows) => {
    expect(write(rowsOf(marks(text)))).toEqual(rows);
  });
});

/** Left edge and width of every mark, or undefined where it is not shown. */
function places(drawing: Element) {
  return [...drawing.querySelectorAll('.fl-lane-mark')].map(mark => {
    if (mark.getAttribute('display') === 'none') return undefined;
    const x = Number(/translate\((\S+)/.exec(mark.getAttribute('transform') ?? '')?.[1]);
    const width = mark.querySelector('rect')?.getAttribute('width');
    return width ? [x, Number(width)] : [x];
  });
}

describe('a drawing of lanes', () => {
  const draw = (text: string) =>
    drawLanes(
      document,
      { unit: 'ns', from: 0, to: 100, lanes: [{ name: 'vCPU', height: 20, marks: marks(text) }] },
      700,
      'u',
      'what happens',
    );

  test('is one image with a label, and each mark says all there is to know', () => {
    const drawing = draw('0-50 75');
    expect(drawing.getAttribute('role')).toBe('img');
    expect(drawing.getAttribute('aria-label')).toBe('what happens');
    const found = [...drawing.querySelectorAll('.fl-lane-mark')];
    expect(found.map(mark => mark.getAttribute('aria-label'))).toEqual(['0-50', '75']);
    expect(new Set(found.map(mark => mark.id)).size).toBe(2);
  });

  test('places marks to scale, moments as points', () => {
    const drawing = draw('0-50 75');
    const [stretch, moment] = places(drawing);
    const left = Number(drawing.getAttribute('data-left'));
    const right = Number(drawing.getAttribute('data-right'));
    expect(stretch).toEqual([left, (right - left) / 2]);
    expect(moment).toEqual([left + ((right - left) * 3) / 4]);
  });

  test('lays out a window: what reaches beyond is cut, what lies outside is not shown', () => {
    const drawing = draw('0-50 60-70 75');
    layout(document, drawing, 25, 65);
    const left = Number(drawing.getAttribute('data-left'));
    const right = Number(drawing.getAttribute('data-right'));
    const scale = (right - left) / 40;
    const near = (x: number) => expect.closeTo(x, 1);
    expect(places(drawing)).toEqual([
      [near(left), near(25 * scale)],
      [near(left + 35 * scale), near(5 * scale)],
      undefined,
    ]);
    expect(drawing.querySelectorAll('.fl-axis text').length).toBeGreaterThan(2);
    layout(document, drawing, 0, 100);
    expect(places(drawing)).toEqual(places(draw('0-50 60-70 75')));
  });

  test('hides a name where it has no room', () => {
    const drawing = draw('0-50 60-61');
    const shown = [...drawing.querySelectorAll('.fl-lane-mark > text')].map(text =>
      text.getAttribute('display'),
    );
    expect(shown).toEqual([null, 'none']);
  });
});
