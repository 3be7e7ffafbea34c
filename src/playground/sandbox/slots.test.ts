import { expect, test } from 'vitest';
import { type Slot, Slots } from './slots.ts';

/** Slots with a clock that a test moves by hand. */
function slots() {
  const timers: (() => void)[] = [];
  const all = new Slots(callback => timers.push(callback));
  const never = new AbortController().signal;
  return {
    take: (signal = never) => all.take(signal),
    /** The next of those that were stopped by force is dead. */
    oneDies: () => timers.shift()?.(),
  };
}

/** Whether a place was given once all promises are through. */
async function given(place: Promise<Slot | undefined>): Promise<boolean> {
  const waiting = Symbol('waiting');
  await new Promise(resolve => setImmediate(resolve));
  return (await Promise.race([place, Promise.resolve(waiting)])) !== waiting;
}

test('one runs, the others wait their turn', async () => {
  const { take } = slots();
  const first = await take();
  const second = take();
  const third = take();
  expect(await given(second)).toBe(false);
  first?.release(0);
  expect(await given(second)).toBe(true);
  expect(await given(third)).toBe(false);
  (await second)?.release(0);
  expect(await given(third)).toBe(true);
});

test('one may start while one is dying, and no more while two are', async () => {
  const { take, oneDies } = slots();
  (await take())?.release(2500);
  const second = take();
  expect(await given(second)).toBe(true);
  (await second)?.release(2500);
  const third = take();
  expect(await given(third)).toBe(false);
  oneDies();
  expect(await given(third)).toBe(true);
});

test('who gives up waiting gets no place and takes nobody else’s', async () => {
  const { take } = slots();
  const first = await take();
  const impatient = new AbortController();
  const second = take(impatient.signal);
  const third = take();
  impatient.abort();
  expect(await second).toBeUndefined();
  expect(await given(third)).toBe(false);
  first?.release(0);
  expect(await given(third)).toBe(true);
});

test('a place is given back once', async () => {
  const { take } = slots();
  const first = await take();
  first?.release(0);
  first?.release(0);
  const second = await take();
  expect(second).toBeDefined();
  expect(await given(take())).toBe(false);
});
