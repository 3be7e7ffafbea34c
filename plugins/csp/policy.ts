import { createHash } from 'node:crypto';

/** Sources by directive. */
export type Policy = Readonly<Record<string, readonly string[]>>;

/** What every page may do: its own files, and styles set by scripts. No eval, no other origin, no plug-in, no form. */
const base: Policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  // React, the plots and the editor set styles of single elements; a style sheet can reach no other origin from here.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** An inline script's text as a source expression. */
export function hashOf(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** The inline scripts of a page that a browser would run; blocks of data are none. */
export function inlineScripts(html: string): string[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes]) => !/\bsrc\s*=/i.test(attributes))
    .filter(([, attributes]) => !/\btype\s*=\s*["']?application\/(?:ld\+)?json/i.test(attributes))
    .map(([, , text]) => text);
}

/** A policy as it stands in a page. */
function write(policy: Policy): string {
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${[...new Set(sources)].join(' ')}`)
    .join('; ');
}

/**
 * Puts a page's policy at the front of its head: what every page may do, what `needs` adds, and the page's own inline
 * scripts by their hashes.
 *
 * @throws {Error} where the page has no head, or has a policy already
 */
export function withPolicy(html: string, needs: Policy): string {
  if (/<meta[^>]+http-equiv=["']?Content-Security-Policy/i.test(html))
    throw new Error('the page has a policy already');
  const policy: Record<string, readonly string[]> = { ...base };
  for (const [directive, sources] of Object.entries(needs))
    policy[directive] = [...(base[directive] ?? []), ...sources];
  policy['script-src'] = [...policy['script-src'], ...inlineScripts(html).map(hashOf)];
  const meta = `<meta http-equiv="Content-Security-Policy" content="${write(policy)}">`;
  const head = /<head[^>]*>(?:<meta charset=[^>]*>)?/i.exec(html);
  if (!head) throw new Error('the page has no head');
  const at = head.index + head[0].length;
  return html.slice(0, at) + meta + html.slice(at);
}
