/**
 * Client module: keeps the site for reading without a network, once the page stands and the browser rests. In
 * development it takes away what a build served from the same address may have left.
 */
import siteConfig from '@generated/docusaurus.config';

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** How long after a page has loaded, in ms: what the page itself needs comes first. */
const LATER = 2_500;

function whenIdle(work: () => void): void {
  const start = () =>
    setTimeout(() => {
      if ('requestIdleCallback' in window) window.requestIdleCallback(work, { timeout: LATER });
      else work();
    }, LATER);
  if (document.readyState === 'complete') start();
  else window.addEventListener('load', start, { once: true });
}

/** Whether the reader has asked sites to be sparing. */
function saves(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

function begin(base: string): void {
  const { serviceWorker } = navigator;
  // A figure in somebody else's page keeps nothing.
  if (!serviceWorker || window.top !== window.self) return;
  if (process.env.NODE_ENV !== 'production') {
    serviceWorker.getRegistrations().then(
      all => {
        for (const one of all) if (new URL(one.scope).pathname === base) one.unregister();
      },
      () => undefined,
    );
    return;
  }
  if (saves()) return;
  whenIdle(() => {
    // Where a browser allows none, the site works as it does without.
    serviceWorker.register(`${base}sw.js`, { scope: base, updateViaCache: 'none' }).catch(() => undefined);
  });
}

if (typeof window !== 'undefined') begin(siteConfig.baseUrl);
