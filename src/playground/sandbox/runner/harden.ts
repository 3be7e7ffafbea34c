/**
 * Leaves a program the language and nothing of the browser.
 *
 * Two reasons. A run must give the same result everywhere and each time, so whatever reads a clock, a locale or chance
 * goes. And what could reach the network or start another worker goes too: the frame's policy forbids it already, and
 * a second lock costs nothing. Whatever is not on the list is removed, so that what browsers add later is not let in.
 */

import { INSTEAD, LANGUAGE, NO_RANDOM } from './language.ts';

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
    throw new Error(NO_RANDOM);
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
