import Link from '@docusaurus/Link';
import useIsBrowser from '@docusaurus/useIsBrowser';
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { Entry } from '../Glossary/terms.ts';

interface Props {
  /** The term's id in the glossary. */
  readonly id: string;
  /** Filled in from the id when the page is built. */
  readonly entry: Entry;
  /** The word as the sentence has it; the term itself when left out. */
  readonly children?: ReactNode;
}

/** Least distance of the explanation from the window's edges, in CSS pixels. */
const MARGIN = 12;

/** What a word means, beside it and inside the window. */
function Meaning({ id, text }: { readonly id: string; readonly text: string }): ReactNode {
  const box = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { left, right } = element.getBoundingClientRect();
    const beyond = right - (document.documentElement.clientWidth - MARGIN);
    element.style.marginLeft = `${-Math.max(0, Math.min(beyond, left - MARGIN))}px`;
  }, []);
  return (
    <span ref={box} id={id} role="tooltip" className="fl-meaning">
      {text}
    </span>
  );
}

/** A word with its meaning: a link to the glossary that explains it on hover and focus, until Esc. */
export default function Term({ entry, children }: Props): ReactNode {
  const uid = useId();
  const isBrowser = useIsBrowser();
  const [open, setOpen] = useState(false);
  const show = () => setOpen(true);
  const hide = () => setOpen(false);
  // Wherever the focus is: under a pointer it is elsewhere.
  useEffect(() => {
    if (!open) return;
    const listen = ({ key }: KeyboardEvent) => key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the link inside is what one uses; this only holds its explanation
    <span className="fl-term-place" onPointerEnter={show} onPointerLeave={hide} onFocus={show} onBlur={hide}>
      <Link
        className="fl-term"
        to={`/glossary/#${entry.id}`}
        // Without scripts the browser itself says it.
        title={isBrowser ? undefined : entry.text}
        aria-describedby={open ? uid : undefined}
      >
        {children ?? entry.term}
      </Link>
      {open && <Meaning id={uid} text={entry.text} />}
    </span>
  );
}
