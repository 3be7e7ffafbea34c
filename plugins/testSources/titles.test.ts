import { expect, test } from 'vitest';
import { titlesIn } from './titles.ts';

test('titles are found in every way that tests are written, and nothing else is', () => {
  const source = `
describe('a group', () => {
  test('one, with (brackets)', () => expect('no title').toBe(1));
  test.skipIf(!found)('where it can be', async () => {});
  test.each([
    ['a case'],
    [f(1)],
  ])('%s of many', name => {
    read('not this', 'nor this');
  });
  test.for(Object.entries(looks))(
    'on a line of its own',
    () => {},
  );
  test(\`with \${CODE} in it\`, () => {});
});
const title = 'a text';
`;
  expect([...titlesIn(source)]).toEqual([
    'a group',
    'one, with (brackets)',
    'where it can be',
    '… of many',
    'on a line of its own',
    'with … in it',
  ]);
});
