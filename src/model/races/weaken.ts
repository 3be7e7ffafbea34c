/** Ways to take the sequence check apart that several races try. */
import type { Vm } from '../kvm/vm.ts';

/** The fault installs whatever has happened meanwhile. */
export function withoutCheck({ invalidation }: Vm): void {
  invalidation.mustRetry = () => false;
}

/** An invalidation under way goes unnoticed until it ends: only the count is compared. */
export function countAlone({ invalidation }: Vm): void {
  invalidation.addRange = () => {};
}

/** An invalidation that has ended goes unnoticed: only the range in progress is looked at. */
export function rangeAlone({ invalidation }: Vm): void {
  const mustRetry = invalidation.mustRetry.bind(invalidation);
  invalidation.mustRetry = (_, gfn) => mustRetry(invalidation.sequence, gfn);
}

/** The fault reads the count only once it has looked the attribute up: right before its first, unlocked check. */
export function countReadLate({ invalidation, engine }: Vm): void {
  const counts = new Map<number, number>();
  const mustRetry = invalidation.mustRetry.bind(invalidation);
  invalidation.mustRetry = (_, gfn) => {
    const count = counts.get(engine.current);
    counts.delete(engine.current);
    if (count !== undefined) return mustRetry(count, gfn);
    counts.set(engine.current, invalidation.sequence);
    return false;
  };
}
