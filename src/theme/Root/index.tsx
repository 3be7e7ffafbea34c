import type { ReactElement, ReactNode } from 'react';
import LinkNotice from '../../components/LinkNotice/index.tsx';

/** Around every page: what a link in the address may have to say. */
export default function Root({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <>
      {children}
      <LinkNotice />
    </>
  );
}
