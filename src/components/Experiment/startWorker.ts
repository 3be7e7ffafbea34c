/** A worker that runs experiments. Made in one place: a bundler makes a file for every place that makes one. */
export function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url));
}
