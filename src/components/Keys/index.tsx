import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { asksForKeys } from './asks.ts';

const KeysDialog = lazy(() => import('./Dialog.tsx'));

/** Shows which keys do what when somebody presses the question mark. */
export default function Keys(): ReactNode {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (asksForKeys(event, selector => target?.closest(selector) != null)) setOpen(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return (
    open && (
      <Suspense fallback={null}>
        <KeysDialog onClose={() => setOpen(false)} />
      </Suspense>
    )
  );
}
