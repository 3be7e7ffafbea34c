/** What a transition did, in words. */
import { ACQUIRE, ACQUIRE_SHARED, type AccessKind, READ, RELEASE, RELEASE_SHARED, WRITE } from '../access.ts';
import type { Execution, Transition } from './execution.ts';

const VERBS: Readonly<Partial<Record<AccessKind, string>>> = {
  [READ]: 'reads',
  [WRITE]: 'changes',
  [ACQUIRE]: 'takes',
  [ACQUIRE_SHARED]: 'takes for reading',
  [RELEASE]: 'gives back',
  [RELEASE_SHARED]: 'gives back',
};

/** What the transition that an execution has just taken touched, in order, by the names of the objects. */
export function describe({ engine }: Execution, { actor, objects, kinds, woken }: Transition): string {
  const parts: string[] = [];
  for (let i = 0; i < objects.length; i++) {
    const verb = VERBS[kinds[i] as AccessKind];
    const name = engine.access.nameOf(objects[i]);
    if (verb === undefined || name === '') continue;
    const part = `${verb} ${name}`;
    // Reading what one changes anyway says nothing more.
    if (!parts.includes(part)) parts.push(part);
  }
  for (const other of woken) parts.push(`wakes ${engine.nameOf(other)}`);
  if (engine.isDone(actor)) parts.push('ends');
  return parts.join(', ') || 'goes on';
}
