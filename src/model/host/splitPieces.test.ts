import { expect, it } from 'vitest';
import { splitPieces } from './splitPieces.ts';

const sizes = (cuts: number[]) => splitPieces(512, 512, cuts).map(({ pages }) => pages);

it('keeps what lies apart from the page as large as it can be', () => {
  expect(sizes([517])).toEqual([4, 1, 1, 2, 8, 16, 32, 64, 128, 256]);
  expect(sizes([512])).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
});

it('splits again at a second page, and not at one outside', () => {
  expect(sizes([512, 768])).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 1, 1, 2, 4, 8, 16, 32, 64, 128]);
  expect(sizes([0])).toEqual([512]);
});
