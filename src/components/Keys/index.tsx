import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { asksForKeys } from './asks.ts';
import { singleKeys } from './single.ts';

const KeysDialog = lazy(() => import('./Dialog.tsx'));

/** Shows which keys do what when somebody presses the question mark, or the button for it at the foot of the page. */
export default function Keys(): ReactNode {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (singleKeys() && asksForKeys(event, selector => target?.closest(selector) != null)) setOpen(true);
    };
    const press = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest('[data-keys]')) setOpen(true);
    };
    document.addEventListener('keydown', listen);
    document.addEventListener('click', press);
    return () => {
      document.removeEventListener('keydown', listen);
      document.removeEventListener('click', press);
    };
  }, []);
  return (
    open && (
      <Suspense fallback={null}>
        <KeysDialog onClose={() => setOpen(false)} />
      </Suspense>
    )
  );
}
