/** What a program has of the language, and what it finds in the place of what it has not. */

/** Names of the language itself that are the same in Node and in every browser. */
export const LANGUAGE: ReadonlySet<string> = new Set(
  `Object Function Array ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
  Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array BigInt Boolean Error EvalError RangeError
  ReferenceError SyntaxError TypeError URIError AggregateError Map Set WeakMap WeakSet JSON Math Number Promise Proxy
  Reflect RegExp String Symbol parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI
  decodeURIComponent globalThis Infinity NaN undefined`.split(/\s+/),
);

const NO_CLOCK = 'There is no clock here: time in a run is virtual and counted in ns.';
const NO_TIMERS = 'There are no timers here: time is virtual. Let an actor yield a delay in ns.';

/** What a program may look for by habit, with what it is told instead. */
export const INSTEAD: Readonly<Record<string, string>> = {
  Date: NO_CLOCK,
  performance: NO_CLOCK,
  setTimeout: NO_TIMERS,
  setInterval: NO_TIMERS,
  setImmediate: NO_TIMERS,
  requestAnimationFrame: NO_TIMERS,
  crypto:
    "There is no chance here: use new Random(seed) from 'faultlines', which gives the same numbers each time.",
  eval: 'A program cannot make code from text here.',
};

/** What `Math.random` says. */
export const NO_RANDOM =
  "Math.random differs from run to run: use new Random(seed) from 'faultlines', which gives the same numbers each time.";
