import type { ReactNode } from 'react';

/** A part of a page that scrolls by itself where it is too wide: a region with a name that the keyboard reaches. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="fl-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
