import type { ReactNode } from 'react';

/** What a debate's page comes to, in a few lines: the answer, what the model shows, and how it ended. */
export default function InShort({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="fl-short">{children}</div>;
}
