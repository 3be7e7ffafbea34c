/**
 * What an actor hands to its scheduler.
 *
 * An actor is a generator function. Whatever it does between two yields is atomic. It yields
 * - a delay in ns (zero or more): so much virtual time passes before it goes on;
 * - what a lock, queue or link returns: `yield mutex.lock()`; it goes on once it holds the lock;
 * - `POINT`, before an access to shared state which the kernel makes without atomicity to the one before it.
 *
 * A helper protocol is a generator of its own, called with `yield*`. Timed runs pass a point without queueing, but
 * even so a yield through nested generators costs tens of ns of real time; so protocols write
 * `if (engine.stepwise) yield POINT;`.
 */

/** A delay in ns, `POINT`, or `BLOCKED`. A number, so that the scheduler's loop sees one type only. */
export type Step = number;

/** A place where a search may switch actors; no time passes. */
export const POINT: Step = -1;

/** The actor goes on when somebody wakes it, or grants what it asked for. Returned by locks and queues. */
export const BLOCKED: Step = -2;

/** The body of an actor, or a protocol called with `yield*` that returns a `T`. */
export type Actor<T = void> = Generator<Step, T, void>;
