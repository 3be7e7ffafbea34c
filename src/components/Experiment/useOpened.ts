import { type RefObject, useEffect, useRef } from 'react';

/** The frame of a part that comes up below what is on the screen: where the reader has opened it, it takes the focus, and so into view. */
export function useOpened(eager: boolean): RefObject<HTMLElement | null> {
  const frame = useRef<HTMLElement>(null);
  const first = useRef(eager);
  useEffect(() => {
    if (first.current) frame.current?.focus();
  }, []);
  return frame;
}
