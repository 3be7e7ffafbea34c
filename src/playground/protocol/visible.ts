/**
 * Makes what cannot be seen visible: control characters, marks that turn the reading direction, zero-width letters and
 * halves of surrogate pairs would let a program's output look like something that it is not.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` with each hidden character as its code, like `\u202e`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(HIDDEN, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
