import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { drawHeatMap } from './heatMap.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: Document;
};

test('a heat map has a cell for each number, the darker the higher, with the number in it', () => {
  const figure = drawHeatMap(document, {
    title: 'Boot',
    x: { label: 'vCPUs', values: ['1', '2'] },
    y: { label: 'Pages', values: ['8', '16'] },
    measure: { label: 'Time', unit: 'ns' },
    cell: (x, y) => (x === 1 && y === 1 ? undefined : 1000 * (1 + x + 2 * y)),
  });
  const cells = [...figure.querySelectorAll('rect')].map(cell => Number(cell.getAttribute('fill-opacity')));
  expect(cells).toHaveLength(3);
  expect(cells).toEqual([...cells].sort((a, b) => a - b));
  expect(cells[0]).toBeGreaterThan(0);
  expect(cells[2]).toBeLessThanOrEqual(0.55);
  expect([...figure.querySelectorAll('title')].map(({ textContent }) => textContent)).toEqual([
    'vCPUs 1, Pages 8: 1,000 ns',
    'vCPUs 2, Pages 8: 2,000 ns',
    'vCPUs 1, Pages 16: 3,000 ns',
  ]);
  expect(figure.querySelector('svg')?.getAttribute('aria-label')).toBe(
    'Time from 1 µs to 3 µs, darker where higher.',
  );
  expect(figure.querySelector('figcaption')?.textContent).toBe('Boot: Time (ns)');
});

test('without a number it says so', () => {
  const axis = { label: 'a', values: ['1'] };
  const map = { title: 'T', x: axis, y: axis, measure: { label: 'm' }, cell: () => undefined };
  expect(drawHeatMap(document, map).querySelector('.fl-summary')?.textContent).toBe(
    'There is no number yet.',
  );
});
