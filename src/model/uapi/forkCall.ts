import type { Actor } from '../engine/step.ts';
import { forkInto } from '../host/fork.ts';
import { Process, type Thread } from './process.ts';

/** fork(2): the child, with copies of mappings and descriptors. */
export function* fork(thread: Thread): Actor<Process> {
  const { process } = thread;
  const child = new Process(process.kernel);
  process.copyDescriptors(child);
  yield* forkInto(process.mm, child.mm, heir => process.kernel.heirs.set(heir, child.mm));
  return child;
}
