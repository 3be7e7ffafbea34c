import type { Runner } from '../../playground/run.ts';
import type { TypeFiles } from '../../playground/types/messages.ts';

/** Fetches the bundled model when a program is first run. */
export async function loadRunner(): Promise<Runner> {
  return (await import('@generated/model-bundle/default/runner.json')).default;
}

/** Fetches the declarations of the language and the model when types are first asked for. */
export async function loadTypes(): Promise<TypeFiles> {
  const file = await import(
    /* webpackChunkName: "type-declarations" */ '@generated/model-bundle/default/declarations.json'
  );
  return file.default;
}
