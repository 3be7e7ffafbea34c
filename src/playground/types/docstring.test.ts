import { expect, test } from 'vitest';
import { unmarked } from './docstring.ts';

test.each([
  ['The `show` of the program.', 'The show of the program.'],
  ['Sets who receives what {@link show} is given.', 'Sets who receives what show is given.'],
  ['As {@linkcode Engine.run | the run} does.', 'As the run does.'],
  ['Nothing { of the kind }.', 'Nothing { of the kind }.'],
])('%s', (text, read) => {
  expect(unmarked(text)).toBe(read);
});
