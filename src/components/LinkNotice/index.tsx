import { useLocation } from '@docusaurus/router';
import { type ReactElement, useEffect, useState } from 'react';
import { textIn } from '../../playground/link/address.ts';
import { incoming, isClaimed } from '../../playground/link/incoming.ts';
import './linkNotice.css';

/** How long in ms somebody on the page may take to say that a link is meant for him. */
const PATIENCE_MS = 3_000;

/** Takes the focus, which the button takes away with it, to the top of what the page shows. */
function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.addEventListener('blur', () => heading.removeAttribute('tabindex'), { once: true });
}

/**
 * Says what is wrong with the link in the address: that it cannot be read, or that nothing on this page is meant by it.
 * The page itself stays as it is without a link.
 */
export default function LinkNotice(): ReactElement | null {
  const { hash } = useLocation();
  const [message, setMessage] = useState<string>();

  useEffect(() => {
    setMessage(undefined);
    if (textIn(hash) === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    incoming(hash).then(
      decoded => {
        if (!current || !decoded) return;
        if (!decoded.ok) {
          setMessage(decoded.message);
          return;
        }
        timer = setTimeout(() => {
          if (!isClaimed(hash))
            setMessage('The link was made for something that is not on this page, or no longer.');
        }, PATIENCE_MS);
      },
      () =>
        current && setMessage('The link could not be read, since a part of this site could not be loaded.'),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [hash]);

  const close = () => {
    // Past the router, which would scroll to the top of the page.
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', pathname + search);
    setMessage(undefined);
    focusHeading();
  };

  return (
    <div className="fl-link-notice" role="status">
      {message !== undefined && (
        <p>
          <span>{message} The page shows its own version.</span>
          <button type="button" onClick={close}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
