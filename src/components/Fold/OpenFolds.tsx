import { useLocation } from '@docusaurus/router';
import { useEffect } from 'react';
import { openAround } from './openAround.ts';

/** A link to a place inside something folded opens it, wherever the link was followed from. */
export default function OpenFolds(): null {
  const { hash, pathname, key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link may be followed twice, and to another page
  useEffect(() => {
    if (hash.length < 2) return;
    // The page that the link leads to is drawn after this.
    const frame = requestAnimationFrame(() => openAround(document, hash));
    return () => cancelAnimationFrame(frame);
  }, [hash, pathname, key]);
  return null;
}
