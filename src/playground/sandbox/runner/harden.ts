/**
 * Leaves a program the language and nothing of the browser.
 *
 * Two reasons. A run must give the same result everywhere and each time, so whatever reads a clock, a locale or chance
 * goes. And what could reach the network or start another worker goes too: the frame's policy forbids it already, and
 * a second lock costs nothing. Whatever is not on the list is removed, so that what browsers add later is not let in.
 */

/** Names of the language itself that are the same in Node and in every browser. */
const LANGUAGE = new Set(
  `Object Function Array ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
  Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array BigInt Boolean Error EvalError RangeError
  ReferenceError SyntaxError TypeError URIError AggregateError Map Set WeakMap WeakSet JSON Math Number Promise Proxy
  Reflect RegExp String Symbol parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI
  decodeURIComponent globalThis Infinity NaN undefined`.split(/\s+/),
);

/** What a program may look for by habit, with what it finds instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  Date: 'There is no clock here: time in a run is virtual and counted in ns.',
  performance: 'There is no clock here: time in a run is virtual and counted in ns.',
  setTimeout: 'There are no timers here: time is virtual. Let an actor yield a delay in ns.',
  setInterval: 'There are no timers here: time is virtual. Let an actor yield a delay in ns.',
  setImmediate: 'There are no timers here: time is virtual. Let an actor yield a delay in ns.',
  requestAnimationFrame: 'There are no timers here: time is virtual. Let an actor yield a delay in ns.',
  crypto:
    "There is no chance here: use new Random(seed) from 'faultlines', which gives the same numbers each time.",
  eval: 'A program cannot make code from text here.',
};

/** Throws on whatever is done with it. */
function refusing(message: string): object {
  const refuse = (): never => {
    throw new Error(message);
  };
  // A class can be called and constructed as far as a proxy is concerned; neither gets through to it.
  return new Proxy(class {}, { get: refuse, set: refuse, construct: refuse, apply: refuse, has: refuse });
}

/**
 * @param scope the worker's global object.
 */
export function harden(scope: object): void {
  fixChance();
  fixLocale();
  for (let at: object | null = scope; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      if (typeof key === 'string' && !(at === scope && LANGUAGE.has(key))) remove(at, key);
    }
  }
  for (const [name, message] of Object.entries(INSTEAD)) {
    Object.defineProperty(scope, name, { value: refusing(message), configurable: true });
  }
}

function remove(from: object, key: string): void {
  if (Reflect.deleteProperty(from, key)) return;
  // What cannot be deleted may still be writable; what is neither is harmless by the frame's policy alone.
  Reflect.set(from, key, undefined);
}

function fixChance(): void {
  Math.random = () => {
    throw new Error(
      "Math.random differs from run to run: use new Random(seed) from 'faultlines', which gives the same numbers each time.",
    );
  };
}

/** Numbers and comparisons as in English, wherever the reader lives. */
function fixLocale(): void {
  const number = Number.prototype.toLocaleString;
  const bigint = BigInt.prototype.toLocaleString;
  const compare = String.prototype.localeCompare;
  Object.defineProperties(Number.prototype, {
    toLocaleString: method(function (this: number, _locale: unknown, options?: Intl.NumberFormatOptions) {
      return number.call(this, 'en', options);
    }),
  });
  Object.defineProperties(BigInt.prototype, {
    toLocaleString: method(function (this: bigint, _locale: unknown, options?: BigIntToLocaleStringOptions) {
      return bigint.call(this, 'en', options);
    }),
  });
  Object.defineProperties(String.prototype, {
    localeCompare: method(function (
      this: string,
      that: string,
      _locale: unknown,
      options?: Intl.CollatorOptions,
    ) {
      return compare.call(this, that, 'en', options);
    }),
    toLocaleLowerCase: method(String.prototype.toLowerCase),
    toLocaleUpperCase: method(String.prototype.toUpperCase),
  });
}

function method(value: (...args: never[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}
