/**
 * What one run may take and give. The worker keeps to them so that a program that overdoes it is told so; the page
 * keeps to them again, because a hostile program could get round the worker's own count.
 */
export const RUN_LIMITS = {
  /** Wall time of a run in ms, where the page gives no other. */
  milliseconds: 5_000,
  /** Wall time in ms for the frame to come up. */
  bootMilliseconds: 10_000,
  /** How long in ms a worker that was stopped by force may still be running: Chromium needs up to 2.3 s. */
  dyingMilliseconds: 2_500,
  /** Things shown. */
  items: 1_000,
  /** UTF-16 units of all JSON together. */
  characters: 1_000_000,
  /** Messages, progress and endings included. */
  messages: 1_500,
} as const;
