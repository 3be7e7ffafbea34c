/** What of a key press decides whether it asks for the list of keys. */
export type Pressed = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'defaultPrevented' | 'isComposing'
>;

/** Where keys are text, or something of their own. */
const TAKES_KEYS = 'input, textarea, select, [contenteditable=""], [contenteditable="true"], dialog';

/**
 * Whether a key press asks for the list of keys: a question mark, and not where one is typed.
 *
 * @param within whether the element that has the focus lies within what a selector names
 */
export function asksForKeys(event: Pressed, within: (selector: string) => boolean): boolean {
  if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.defaultPrevented && !event.isComposing && !within(TAKES_KEYS);
}
