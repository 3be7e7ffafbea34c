import useIsBrowser from '@docusaurus/useIsBrowser';
import { type ComponentType, type ReactElement, useCallback, useEffect, useState } from 'react';
import { singleKeys } from '../Keys/single.ts';
import './search.css';

interface DialogProps {
  close(): void;
}

/** Whether keys that are typed now belong to something that takes text. */
function typing(): boolean {
  const element = document.activeElement;
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches('input, textarea, select'))
  );
}

/** The button that opens the search; the search itself, with its index, is fetched when it is first opened. */
export default function Search(): ReactElement {
  const isBrowser = useIsBrowser();
  const [Dialog, setDialog] = useState<ComponentType<DialogProps>>();
  const [open, setOpen] = useState(false);
  const show = useCallback(() => {
    import('./Dialog.tsx').then(
      module => {
        setDialog(() => module.default);
        setOpen(true);
      },
      // Without a network and without a copy there is nothing to search in.
      () => undefined,
    );
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
      const single = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!combined && !(single && singleKeys() && !typing())) return;
      if (combined && typing() && document.activeElement?.closest('.cm-editor')) return;
      event.preventDefault();
      show();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [show]);

  return (
    <>
      <button
        type="button"
        className="fl-search-button"
        disabled={!isBrowser}
        onClick={show}
        aria-haspopup="dialog"
        aria-keyshortcuts="/ Control+K Meta+K"
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <circle cx="6.5" cy="6.5" r="4.7" fill="none" stroke="currentColor" strokeWidth="1.7" />
          <path d="M10 10l4.3 4.3" stroke="currentColor" strokeWidth="1.7" />
        </svg>
        <span className="fl-search-word">Search</span>
      </button>
      {open && Dialog && <Dialog close={() => setOpen(false)} />}
    </>
  );
}
