import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import type { Shown } from '../../model/index.ts';
import { makeShow } from '../../model/show/show.ts';
import { differences, inSentences, mark } from './differences.ts';
import { Output } from './output.ts';

function shown(program: (show: ReturnType<typeof makeShow>) => void): Shown[] {
  const items: Shown[] = [];
  program(makeShow({ shown: item => items.push(item), progress: () => undefined }));
  return items;
}

test('equal outputs are the same', () => {
  const items = shown(show => {
    show.log('a');
    show.table([{ a: 1 }], { title: 'T' });
  });
  expect(inSentences(differences(items, items))).toEqual(['Text: the same.', 'Table ‘T’: the same.']);
});

test('rows are told apart by what names them, wherever they stand', () => {
  const left = shown(show =>
    show.table(
      [
        { n: 1, v: 5 },
        { n: 2, v: 6 },
      ],
      { title: 'T' },
    ),
  );
  const right = shown(show =>
    show.table(
      [
        { n: 2, v: 7 },
        { n: 1, v: 5 },
        { n: 3, v: 0 },
      ],
      { title: 'T' },
    ),
  );
  const [{ leftRows, rightRows }] = differences(left, right);
  expect(leftRows).toEqual([[1, [1]]]);
  expect(rightRows).toEqual([
    [0, [1]],
    [2, [0, 1]],
  ]);
  expect(inSentences(differences(left, right))).toEqual([
    'Table ‘T’: 1 of 2 rows on the left and 2 of 3 on the right differ.',
  ]);
});

test('what one side alone shows is named', () => {
  const left = shown(show => show.log('a'));
  const right = shown(show => show.table([{ a: 1 }], { title: 'T' }));
  expect(inSentences(differences(left, right))).toEqual([
    'Text: on the left alone.',
    'Table ‘T’: on the right alone.',
  ]);
});

test('marks stand where it is drawn: cells of tables, cells behind plots, lines of text', async () => {
  const draw = async (items: readonly Shown[]) => {
    const { document } = parseHTML('<!doctype html><div></div>');
    const place = document.querySelector('div') as unknown as Element;
    const output = new Output(document as unknown as Document, place, 'u');
    for (const item of items) output.add(item);
    await output.drawn();
    return place;
  };
  const left = shown(show => {
    show.log('same');
    show.log('left');
    show.plot(
      [
        { x: 1, y: 2 },
        { x: 2, y: 3 },
      ],
      { x: 'x', y: 'y', title: 'P' },
    );
  });
  const right = shown(show => {
    show.log('same');
    show.log('right');
    show.plot(
      [
        { x: 1, y: 2 },
        { x: 2, y: 4 },
      ],
      { x: 'x', y: 'y', title: 'P' },
    );
  });
  const compared = differences(left, right);
  const place = await draw(left);
  mark(place, 'left', compared);
  const marked = () => [...place.querySelectorAll('.fl-pg-differs')].map(({ textContent }) => textContent);
  expect(marked()).toEqual(['left', '3']);
  mark(place, 'left', differences(left, left));
  expect(marked()).toEqual([]);
});
