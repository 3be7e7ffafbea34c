import { type ReactElement, type ReactNode, useLayoutEffect } from 'react';
import OpenFolds from '../../components/Fold/OpenFolds.tsx';
import Keys from '../../components/Keys/index.tsx';
import LinkNotice from '../../components/LinkNotice/index.tsx';
import { quietLinks } from './quietLinks.ts';

/** Around every page: what a link in the address may have to say, and help on keys. */
export default function Root({ children }: { readonly children: ReactNode }): ReactElement {
  useLayoutEffect(() => quietLinks(window as Parameters<typeof quietLinks>[0]), []);
  return (
    <>
      {children}
      <LinkNotice />
      <OpenFolds />
      <Keys />
    </>
  );
}
