/**
 * At most one program runs, and at most one that was stopped by force may still be dying: a worker in an endless loop
 * goes on for a while after it was terminated, and a reader who presses Run again and again must not pile them up.
 */

/** A place to run in. */
export interface Slot {
  /** @param dyingMs how long in ms what ran here may still be running; 0 where it ended by itself. */
  release(dyingMs: number): void;
}

/** Hands out places, first come, first served. */
export class Slots {
  private running = 0;
  private dying = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly later: (callback: () => void, milliseconds: number) => unknown;

  /** @param later `setTimeout`, or a test's own. */
  constructor(later: (callback: () => void, milliseconds: number) => unknown) {
    this.later = later;
  }

  /**
   * Waits for a place.
   *
   * @param signal gives up waiting.
   * @returns undefined where the signal came first.
   */
  async take(signal: AbortSignal): Promise<Slot | undefined> {
    while (!signal.aborted && (this.running > 0 || this.dying > 1)) await this.change(signal);
    if (signal.aborted) {
      this.wake();
      return undefined;
    }
    this.running++;
    let held = true;
    return {
      release: dyingMs => {
        if (!held) return;
        held = false;
        this.running--;
        if (dyingMs > 0) {
          this.dying++;
          this.later(() => {
            this.dying--;
            this.wake();
          }, dyingMs);
        }
        this.wake();
      },
    };
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        signal.removeEventListener('abort', go);
        const at = this.waiting.indexOf(go);
        if (at >= 0) this.waiting.splice(at, 1);
        resolve();
      };
      signal.addEventListener('abort', go);
      this.waiting.push(go);
    });
  }

  /** Wakes the first of those who wait; it looks for itself whether there is a place. */
  private wake(): void {
    this.waiting[0]?.();
  }
}
