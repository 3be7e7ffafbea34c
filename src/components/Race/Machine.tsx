import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { View } from '../../model/experiments/view.ts';

/** The memory map and the page tables at one moment. What the reader has opened stays open from step to step. */
export default function Machine({ views }: { views: readonly View[] }): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const uid = useId();
  useEffect(() => {
    let current = true;
    const draw = async () => {
      const { drawFigure, enliven } = await import('../../views/index.ts');
      const figures: HTMLElement[] = [];
      for (const [i, view] of views.entries()) figures.push(await drawFigure(document, view, `${uid}-${i}`));
      if (!current || !frame.current) return;
      const open = [...frame.current.querySelectorAll('details')].map(details => details.open);
      frame.current.replaceChildren(...figures);
      for (const [i, details] of [...frame.current.querySelectorAll('details')].entries()) {
        if (open[i] !== undefined) details.open = open[i];
      }
      enliven(frame.current);
    };
    // Where the figures cannot be loaded, the tables beside them still say what the machine is like.
    draw().catch(() => undefined);
    return () => {
      current = false;
    };
  }, [views, uid]);
  return <div className="fl-race-machine" ref={frame} />;
}
