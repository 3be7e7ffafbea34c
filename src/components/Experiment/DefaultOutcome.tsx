import { builtOutcome, loadOutcome } from '@outcomes';
import { type ReactNode, type RefObject, useEffect } from 'react';

interface Props {
  readonly id: string;
  readonly part: 'first' | 'rest';
  /** The element whose content the caller may replace once it is there. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

/**
 * A part of the default run's outcome, as the build drew it.
 *
 * The server writes it into the page and the browser keeps what it finds there, so it is sent once, as HTML. Where the
 * page was reached by a link within the site there is no HTML, and it is loaded.
 */
export default function DefaultOutcome({ id, part, frame }: Props): ReactNode {
  useEffect(() => {
    const element = frame.current;
    if (!element || element.firstChild) return;
    let gone = false;
    loadOutcome(id).then(outcome => {
      if (!gone && !element.firstChild) element.innerHTML = outcome[part];
    });
    return () => {
      gone = true;
    };
  }, [id, part, frame]);
  return (
    <div
      className="fl-outcome"
      ref={frame}
      suppressHydrationWarning
      // biome-ignore lint/security/noDangerouslySetInnerHtml: the build drew it from the model's own numbers
      dangerouslySetInnerHTML={{ __html: builtOutcome(id)?.[part] ?? '' }}
    />
  );
}
