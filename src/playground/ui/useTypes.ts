import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Editor } from '../editor/editor.ts';
import { loadChecker } from '../load.ts';
import type { Checker } from '../types/checker.ts';
import type { TypeFiles, TypeProblem } from '../types/messages.ts';

/** What is known of a program's types. */
export type TypeState =
  /** Nobody has asked. */
  | { readonly kind: 'off' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'on';
      readonly problems: readonly TypeProblem[];
      /** The text they were found in. */
      readonly text: string;
    };

/** One playground's type checker. */
export interface Types {
  readonly state: TypeState;
  /** What the reader who asked is told, once. */
  readonly report: string | undefined;
  /** The reader asks. */
  check(): void;
  /** The reader has stayed in the editor: fetches the checker without a word, unless he saves data. */
  stay(): void;
  /** Forgets what the reader was told. */
  forget(): void;
}

/** A text is checked when the reader pauses, in ms. */
const PAUSE_MS = 400;

/**
 * @param text the program as it is now.
 * @param files fetches the declarations.
 * @param opened tells one editor from the next; undefined while there is none.
 */
export function useTypes(
  text: string,
  files: () => Promise<TypeFiles>,
  editor: RefObject<Editor | null>,
  opened: object | undefined,
): Types {
  const [state, setState] = useState<TypeState>({ kind: 'off' });
  const [report, setReport] = useState<string>();
  const [checker, setChecker] = useState<Checker>();
  const latest = useRef(text);
  latest.current = text;

  const look = useCallback(async (asked: Checker) => {
    const checked = latest.current;
    const problems = await asked.ask({ kind: 'problems', text: checked });
    if (latest.current === checked) setState({ kind: 'on', problems, text: checked });
    return problems;
  }, []);

  const failed = useCallback((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    setChecker(undefined);
    setState({ kind: 'failed', message });
    return message;
  }, []);

  const begin = useCallback(async () => {
    setState(old => (old.kind === 'on' ? old : { kind: 'loading' }));
    const { openChecker } = await loadChecker().catch(() => {
      throw new Error('The type checker could not be loaded. Are you offline? Programs run without it.');
    });
    const found = await openChecker(files);
    const problems = await look(found);
    setChecker(found);
    return problems;
  }, [files, look]);

  // What was typed since the last look.
  useEffect(() => {
    if (!checker || (state.kind === 'on' && state.text === text)) return;
    const timer = setTimeout(() => look(checker).catch(failed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [checker, text, state, look, failed]);

  // An editor that is opened later is helped, too.
  useEffect(() => {
    if (checker && opened) editor.current?.assist(checker).catch(failed);
  }, [checker, opened, editor, failed]);

  useEffect(() => {
    if (state.kind === 'on' && opened) editor.current?.underline(state.problems);
  }, [state, opened, editor]);

  return {
    state,
    report,
    check: useCallback(() => {
      setReport(undefined);
      begin().then(
        problems => setReport(countOf(problems)),
        error => setReport(failed(error)),
      );
    }, [begin, failed]),
    stay: useCallback(() => {
      const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
      if (checker || connection?.saveData) return;
      begin().catch(failed);
    }, [begin, checker, failed]),
    forget: useCallback(() => setReport(undefined), []),
  };
}

/** The number of problems as a sentence. */
export function countOf(problems: readonly TypeProblem[]): string {
  const { length } = problems;
  if (length === 0) return 'No type problems.';
  return length === 1
    ? '1 type problem; it is listed below.'
    : `${length} type problems; they are listed below.`;
}
