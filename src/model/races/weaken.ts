/** Ways to take the sequence check apart that several races try. */
import type { Vm } from '../kvm/vm.ts';

const never = () => false;
const nothing = () => {};

/** The fault installs whatever has happened meanwhile. */
export function withoutCheck({ invalidation }: Vm): void {
  invalidation.mustRetry = never;
}

/** An invalidation under way goes unnoticed until it ends: only the count is compared. */
export function countAlone({ invalidation }: Vm): void {
  invalidation.addRange = nothing;
}

/** An invalidation that has ended goes unnoticed: only the range in progress is looked at. */
export function rangeAlone({ invalidation }: Vm): void {
  const mustRetry = invalidation.mustRetry.bind(invalidation);
  const rangeOnly = (_: number, gfn: number) => mustRetry(invalidation.sequence, gfn);
  invalidation.mustRetry = rangeOnly;
}

/** The fault reads the count only once it has looked the attribute up: right before its first, unlocked check. */
export function countReadLate({ invalidation, engine }: Vm): void {
  const counts = new Map<number, number>();
  const mustRetry = invalidation.mustRetry.bind(invalidation);
  const late = (_: number, gfn: number) => {
    const count = counts.get(engine.current);
    counts.delete(engine.current);
    if (count !== undefined) return mustRetry(count, gfn);
    counts.set(engine.current, invalidation.sequence);
    return false;
  };
  invalidation.mustRetry = late;
}
