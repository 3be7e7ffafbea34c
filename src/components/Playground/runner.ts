import type { Runner } from '../../playground/run.ts';

/** Fetches the bundled model when a program is first run. */
export async function loadRunner(): Promise<Runner> {
  return (await import('@generated/model-bundle/default/runner.json')).default;
}
