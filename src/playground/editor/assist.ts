/**
 * What the type checker adds to an editor: names that could stand at the cursor, what a name is, and underlines where
 * something does not fit. Fetched with the checker, never before.
 */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertCompletionText,
  pickedCompletion,
} from '@codemirror/autocomplete';
import { type Diagnostic, nextDiagnostic, setDiagnostics } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import type { Checker } from '../types/checker.ts';
import type { Candidate, TypeProblem } from '../types/messages.ts';
import { explainedNode, explanations } from './explain.ts';

/** TypeScript's kinds by the icons that the list of names has. */
const ICONS: Readonly<Record<string, string>> = {
  const: 'constant',
  let: 'variable',
  var: 'variable',
  parameter: 'variable',
  property: 'property',
  getter: 'property',
  setter: 'property',
  method: 'method',
  function: 'function',
  'local function': 'function',
  class: 'class',
  interface: 'interface',
  type: 'type',
  keyword: 'keyword',
  enum: 'enum',
  string: 'text',
};

export function assistance(checker: Checker): Extension {
  return [
    // As many as are seen without scrolling: a list that scrolls would have to take the focus.
    autocompletion({
      override: [context => candidates(checker, context)],
      icons: false,
      maxRenderedOptions: 12,
    }),
    explanations(checker),
    keymap.of([{ key: 'F8', run: nextDiagnostic }]),
  ];
}

/** Underlines what does not fit, as far as the text is still the one that was checked. */
export function underline(view: EditorView, problems: readonly TypeProblem[]): void {
  const { length } = view.state.doc;
  const diagnostics = problems.map(
    ({ from, to, message }): Diagnostic => ({
      from: Math.min(from, length),
      to: Math.min(to, length),
      severity: 'error',
      message,
    }),
  );
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

async function candidates(checker: Checker, context: CompletionContext): Promise<CompletionResult | null> {
  const before = context.matchBefore(/[\p{L}\p{N}_$]+|\.|['"]$/u);
  if (!context.explicit && !before) return null;
  const text = context.state.doc.toString();
  const at = context.pos;
  const found = await checker.ask({ kind: 'candidates', text, at }).catch(() => null);
  if (!found || context.aborted) return null;
  return {
    from: found.from,
    options: found.names.map(candidate => completionOf(checker, candidate, text, at)),
    validFor: /^[\p{L}\p{N}_$]*$/u,
  };
}

function completionOf(checker: Checker, candidate: Candidate, text: string, at: number): Completion {
  const { name, kind, sort, insert, module } = candidate;
  const detail = () => checker.ask({ kind: 'detail', text, at, candidate }).catch(() => null);
  return {
    label: name,
    type: ICONS[kind] ?? 'text',
    ...(module === undefined ? {} : { detail: 'import from faultlines' }),
    // TypeScript sorts what is nearest first, '11' before '15', and what is deprecated last, with a 'z'.
    boost: -(Number.parseInt(sort, 10) || 99),
    info: async () => {
      const known = await detail();
      return known && explainedNode(known);
    },
    apply:
      module === undefined
        ? (insert ?? name)
        : (view, completion, from, to) => {
            view.dispatch({
              ...insertCompletionText(view.state, insert ?? name, from, to),
              annotations: pickedCompletion.of(completion),
            });
            addImport(view, detail, text, at);
          },
  };
}

/** Adds the import that a name needs, unless the reader has changed the lines above it meanwhile. */
async function addImport(
  view: EditorView,
  detail: () => Promise<{
    edits: readonly { from: number; to: number; insert: string }[];
  } | null>,
  text: string,
  at: number,
): Promise<void> {
  const edits = (await detail())?.edits ?? [];
  const end = Math.max(0, ...edits.map(({ to }) => to));
  if (end > at || view.state.doc.sliceString(0, end) !== text.slice(0, end)) return;
  view.dispatch({ changes: [...edits], userEvent: 'input.complete' });
}
