import type { ReactNode } from 'react';

/** What the model leaves out, set apart from what it shows. */
export default function Limits({ children }: { readonly children: ReactNode }): ReactNode {
  return <aside className="fl-limits">{children}</aside>;
}
