/**
 * JSON with one form a value: keys sorted by UTF-16 units, no white space, nothing JSON would quietly change.
 * Two equal payloads give equal text, and text that is not in this form was not written by this site.
 */
export type Plain = string | number | boolean | { readonly [key: string]: Plain };

/**
 * @throws TypeError where a number is not finite or a string holds half a surrogate pair; the message names where.
 */
export function canonical(value: Plain, where = 'payload'): string {
  switch (typeof value) {
    case 'string':
      if (!wellFormed(value)) throw new TypeError(`${where} holds half a surrogate pair`);
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${where} is ${value}, not a finite number`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default: {
      const fields = Object.keys(value)
        .sort()
        .map(key => `${canonical(key, `a name in ${where}`)}:${canonical(value[key], `${where}.${key}`)}`);
      return `{${fields.join(',')}}`;
    }
  }
}

/** Whether every surrogate of `text` has its other half. (`String.prototype.isWellFormed` is younger than our browsers.) */
export function wellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    i++;
  }
  return true;
}
