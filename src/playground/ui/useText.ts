import { useCallback, useEffect, useRef, useState } from 'react';
import { browserStore, draftKey, readDraft, writeDraft } from '../drafts.ts';
import { carried } from '../link/carried.ts';
import { claim, incoming } from '../link/incoming.ts';
import { arrival, type Origin, type Sent } from './arrival.ts';

/** One playground's text. */
export interface Text {
  readonly text: string;
  /** Goes up whenever the text was put there by something else than the reader's typing. */
  readonly revision: number;
  readonly origin: Origin;
  /** What the reader had written before a link or Reset put something else in its place. */
  readonly aside: string | undefined;
  /** The reader changes the text. */
  change(text: string): void;
  /** Puts the page's own version back, and what was there aside. */
  reset(): void;
  /** Brings back what was put aside. */
  bringBack(): void;
  /** Notes that the text as it is now stands in the address. */
  shared(fragment: string): void;
}

/** Drafts are written when the reader pauses, in ms. */
const PAUSE_MS = 300;

/**
 * @param id the program's.
 * @param own the page's own version.
 * @param fragment of the address, with its `#`.
 * @param onSent told the fragment that brought a text.
 */
export function useText(id: string, own: string, fragment: string, onSent: (fragment: string) => void): Text {
  const [text, setText] = useState(own);
  const [revision, setRevision] = useState(0);
  const [origin, setOrigin] = useState<Origin>({ kind: 'page' });
  const [aside, setAside] = useState<string>();
  const keys = useRef<readonly string[]>([draftKey(id)]);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; write(): void }>(undefined);
  const told = useRef(onSent);
  told.current = onSent;

  const put = useCallback((replaced: string) => {
    setText(replaced);
    setRevision(old => old + 1);
  }, []);

  /** Writes at once what waits to be written. */
  const flush = useCallback(() => {
    const waiting = pending.current;
    pending.current = undefined;
    clearTimeout(waiting?.timer);
    waiting?.write();
  }, []);

  const keep = useCallback(
    (kept: string) => {
      clearTimeout(pending.current?.timer);
      const write = () => {
        const store = browserStore();
        for (const key of keys.current) writeDraft(store, key, kept === own ? undefined : kept);
      };
      pending.current = { timer: setTimeout(flush, PAUSE_MS), write };
    },
    [flush, own],
  );

  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);

  useEffect(() => {
    let current = true;
    flush();
    sentIn(fragment, id).then(sent => {
      // What the reader has typed while the link was being read stands.
      if (!current || pending.current) return;
      const store = browserStore();
      const arrived = arrival(id, own, sent, key => readDraft(store, key));
      keys.current = arrived.keys;
      put(arrived.text);
      setOrigin(arrived.origin);
      setAside(arrived.aside);
      if (sent) told.current(fragment);
    });
    return () => {
      current = false;
    };
  }, [id, own, fragment, flush, put]);

  const change = useCallback(
    (changed: string) => {
      setText(changed);
      setOrigin(old =>
        old.kind === 'link' ? { ...old, changed: true } : { kind: changed === own ? 'page' : 'draft' },
      );
      keep(changed);
    },
    [keep, own],
  );

  const reset = useCallback(() => {
    setAside(origin.kind === 'page' ? aside : text);
    keys.current = [draftKey(id)];
    put(own);
    setOrigin({ kind: 'page' });
    keep(own);
  }, [aside, id, keep, origin, own, put, text]);

  const bringBack = useCallback(() => {
    if (aside === undefined) return;
    keys.current = [draftKey(id)];
    put(aside);
    setAside(undefined);
    setOrigin({ kind: 'draft' });
    keep(aside);
  }, [aside, id, keep, put]);

  const shared = useCallback(
    (link: string) => {
      keys.current = [draftKey(id), draftKey(id, link)];
      keep(text);
      flush();
    },
    [flush, id, keep, text],
  );

  return { text, revision, origin, aside, change, reset, bringBack, shared };
}

/** The program that the address carries for this playground. What is wrong with a link is told elsewhere. */
async function sentIn(fragment: string, id: string): Promise<Sent | undefined> {
  const decoded = await incoming(fragment).catch(() => undefined);
  const source = decoded?.ok ? carried(decoded.state).get(id) : undefined;
  if (!decoded?.ok || source === undefined) return undefined;
  claim(fragment);
  return { source: source.replace(/\r\n?/g, '\n'), model: decoded.model, fragment };
}
