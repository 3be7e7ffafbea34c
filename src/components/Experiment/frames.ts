import { useMemo, useRef } from 'react';
import type { Frames } from './useOutcome.ts';

/** The frames of an outcome's parts, the same as long as the component stands. */
export function useFrames(): Frames {
  const first = useRef<HTMLDivElement>(null);
  const rest = useRef<HTMLDivElement>(null);
  return useMemo(() => ({ first, rest }), []);
}
