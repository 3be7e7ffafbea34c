import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import type { Shown } from '../../model/index.ts';
import { inWords, Output } from './output.ts';
import { drawable, MARKS, TABLE_ROWS, VIEWS } from './trim.ts';

async function drawn(...items: Shown[]): Promise<Element> {
  const { document } = parseHTML('<!doctype html><div id="place">old</div>');
  const place = document.getElementById('place') as unknown as Element;
  const output = new Output(document as unknown as Document, place, 'u');
  for (const item of items) output.add(item);
  await output.drawn();
  return place;
}

const line = (text: string, level: 'log' | 'warn' | 'error' = 'log'): Shown => ({ kind: 'log', level, text });

test('items stand in the order in which they were shown; lines side by side are one block', async () => {
  const place = await drawn(
    line('a'),
    line('b', 'warn'),
    { kind: 'table', title: 'T', columns: [{ key: 'x', label: 'X' }], rows: [{ x: 1 }] },
    line('c', 'error'),
  );
  expect([...place.children].map(child => child.localName)).toEqual(['pre', 'figure', 'pre']);
  expect(place.children[0].textContent).toBe('a\nWarning: b\n');
  expect(place.children[1].textContent).toBe('TX1');
  expect(place.children[2].textContent).toBe('Error: c\n');
});

test('what looks like markup is text', async () => {
  const bad = '<img src=x onerror="alert(1)"></script><a href="javascript:alert(1)">';
  const place = await drawn(line(bad), {
    kind: 'table',
    title: bad,
    columns: [{ key: 'x', label: bad }],
    rows: [{ x: bad }],
  });
  expect(place.querySelectorAll('img, a, script')).toHaveLength(0);
  expect(place.querySelector('td, tbody th')?.textContent).toBe(bad);
});

test('what cannot be seen is written out, in titles and cells too', async () => {
  const place = await drawn(line('a\u202eb'), {
    kind: 'table',
    title: 'c\u200bd',
    columns: [{ key: 'x', label: 'e\u001bf' }],
    rows: [{ x: 'g\u0000h' }],
  });
  expect(place.textContent).toBe('a\\u202eb\nc\\u200bde\\u001bfg\\u0000h');
});

test('a figure that cannot be drawn says so and leaves the others', async () => {
  const broken = { kind: 'timeline', title: 'T', summary: '', lanes: [{ name: 'l' }] } as unknown as Shown;
  const place = await drawn(broken, line('after'));
  expect(place.children[0].textContent).toMatch(/^'T' could not be drawn: /);
  expect(place.children[1].textContent).toBe('after\n');
});

test('so many figures are drawn and no more; the text goes on', async () => {
  const table: Shown = { kind: 'table', title: 'T', columns: [{ key: 'x', label: 'X' }], rows: [{ x: 1 }] };
  const place = await drawn(...Array<Shown>(VIEWS + 3).fill(table), line('after'));
  expect(place.querySelectorAll('figure')).toHaveLength(VIEWS);
  expect(place.querySelector('.fl-pg-undrawn')?.textContent).toBe(
    `Not drawn: 3 more tables and figures; a run may have ${VIEWS}.`,
  );
  expect(place.lastElementChild?.textContent).toBe('after\n');
});

test('more than a page can draw is left out, and said', () => {
  const rows = Array.from({ length: 5000 }, (_, x) => ({ x }));
  const table = drawable({ kind: 'table', title: 'T', columns: [], rows });
  expect(table.kind === 'table' && [table.rows.length, table.title]).toEqual([
    TABLE_ROWS,
    `T (drawn: the first ${TABLE_ROWS} of 5000)`,
  ]);
  const slices = rows.map(({ x }) => ({ start: x, end: x + 1, name: 'n', kind: 'run' as const }));
  const timeline = drawable({
    kind: 'timeline',
    title: 'T',
    summary: '',
    lanes: [
      { name: 'a', slices },
      { name: 'b', slices },
    ],
  });
  expect(timeline.kind === 'timeline' && timeline.lanes.flatMap(lane => lane.slices).length).toBe(MARKS);
});

test('what was shown can be said in words', () => {
  expect(inWords([])).toBe('nothing was shown');
  expect(inWords([line('a'), line('b'), { kind: 'table', title: '', columns: [], rows: [] }])).toBe(
    '2 lines of text, 1 table',
  );
});
