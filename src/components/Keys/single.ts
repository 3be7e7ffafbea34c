/**
 * Whether single letters are keys of the page. Who speaks to his computer, or whose hand slips, may turn them off
 * (WCAG 2.2, 2.1.4); keys together with Ctrl or ⌘ stay.
 */
const KEY = 'faultlines:single-keys';

/** Holds where the browser keeps nothing. */
let here: boolean | undefined;

/** Whether they work. */
export function singleKeys(): boolean {
  if (here !== undefined) return here;
  try {
    return window.localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Turns them on or off, in this browser and from now on. */
export function setSingleKeys(on: boolean): void {
  here = on;
  try {
    if (on) window.localStorage.removeItem(KEY);
    else window.localStorage.setItem(KEY, 'off');
  } catch {
    // For this visit, then.
  }
}
