/**
 * Any value as text, the same in every engine.
 *
 * The values are a program's own and may be hostile or broken: cyclic, endless, or throwing when they are looked at.
 * Printing them ends all the same, because the text has a limit and every look is guarded.
 */

/** Characters of one text; what goes beyond is counted, not kept. */
const MAX_TEXT = 10_000;
const MAX_ITEMS = 100;
const MAX_DEPTH = 4;

/** The values of one `show.log` call as one text, separated by blanks; a string stands as it is. */
export function textOf(values: readonly unknown[]): string {
  const printer = new Printer();
  values.forEach((value, index) => {
    if (index > 0) printer.put(' ');
    if (typeof value === 'string') printer.put(value);
    else printer.value(value, 0);
  });
  return printer.text();
}

/** One value as text; a string in quotes. */
export function quoted(value: unknown): string {
  const printer = new Printer();
  printer.value(value, 0);
  return printer.text();
}

/** A name or message, whole up to `max` characters. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length - max} more characters)`;
}

class Printer {
  private out = '';
  private dropped = 0;
  private readonly open: object[] = [];

  text(): string {
    return this.dropped === 0 ? this.out : `${this.out}… (${this.dropped} more characters)`;
  }

  put(text: string): void {
    const room = MAX_TEXT - this.out.length;
    if (room > 0) this.out += text.slice(0, room);
    this.dropped += Math.max(0, text.length - room);
  }

  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.put(JSON.stringify(shortened(value, MAX_TEXT)));
        break;
      case 'number':
        this.put(Object.is(value, -0) ? '-0' : String(value));
        break;
      case 'bigint':
        this.put(`${value}n`);
        break;
      case 'object':
      case 'function':
        if (value === null) this.put('null');
        else if (this.open.includes(value)) this.put('[circular]');
        else if (depth > MAX_DEPTH) this.put('…');
        else this.guarded(value, depth);
        break;
      default:
        this.put(String(value));
    }
  }

  /** Prints an object, whose every getter, trap and toString may throw. */
  private guarded(value: object, depth: number): void {
    this.open.push(value);
    try {
      this.object(value, depth);
    } catch {
      this.put('[unreadable]');
    } finally {
      this.open.pop();
    }
  }

  private object(value: object, depth: number): void {
    if (typeof value === 'function') this.put(value.name ? `[function ${value.name}]` : '[function]');
    else if (value instanceof Error) this.put(`${value.name}: ${value.message}`);
    else if (Array.isArray(value)) this.list('[', value, value.length, ']', depth);
    else if (value instanceof Set) this.list(`Set(${value.size}) {`, value, value.size, '}', depth);
    else if (value instanceof Map) this.fields(`Map(${value.size}) {`, value, value.size, ' => ', depth);
    else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const numbers = value as Uint8Array;
      this.list(`${nameOf(value)}(${numbers.length}) [`, numbers, numbers.length, ']', depth);
    } else {
      const name = nameOf(value);
      const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, d]) => d.enumerable);
      this.fields(name === 'Object' ? '{' : `${name} {`, read(value, entries), entries.length, ': ', depth);
    }
  }

  private list(begin: string, items: Iterable<unknown>, count: number, end: string, depth: number): void {
    this.put(begin);
    let printed = 0;
    for (const item of items) {
      if (this.full(printed)) break;
      if (printed++ > 0) this.put(', ');
      this.value(item, depth + 1);
    }
    this.rest(count - printed);
    this.put(end);
  }

  private fields(
    begin: string,
    entries: Iterable<[unknown, unknown]>,
    count: number,
    joint: string,
    depth: number,
  ): void {
    this.put(begin);
    let printed = 0;
    for (const [key, item] of entries) {
      if (this.full(printed)) break;
      if (printed++ > 0) this.put(', ');
      if (typeof key === 'string' && joint === ': ') this.put(key);
      else this.value(key, depth + 1);
      this.put(joint);
      this.value(item, depth + 1);
    }
    this.rest(count - printed);
    this.put('}');
  }

  private full(printed: number): boolean {
    return printed >= MAX_ITEMS || this.dropped > 0;
  }

  private rest(count: number): void {
    if (count > 0) this.put(`, … ${count} more`);
  }
}

/** Fields in turn, so that a getter past the limit is never called. */
function* read(
  value: object,
  entries: readonly [string, PropertyDescriptor][],
): Generator<[string, unknown]> {
  for (const [key, descriptor] of entries) {
    if (!descriptor.get) {
      yield [key, descriptor.value];
      continue;
    }
    let got: unknown;
    try {
      got = descriptor.get.call(value);
    } catch {
      got = new Unreadable();
    }
    yield [key, got];
  }
}

/** Prints as itself where a getter threw. */
class Unreadable {}

function nameOf(value: object): string {
  const maker: unknown = Object.getPrototypeOf(value)?.constructor;
  return typeof maker === 'function' && maker.name ? maker.name : 'Object';
}
