/** The editor. Fetched when a reader wants to edit, never before. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { typescriptLanguage } from '@codemirror/lang-javascript';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import type { Checker } from '../types/checker.ts';
import type { TypeProblem } from '../types/messages.ts';
import { highlighter } from './highlight.ts';
import { markLines, problemLines } from './problems.ts';
import { politeTabs } from './tabs.ts';

export interface EditorOptions {
  readonly text: string;
  /** What the editor is called for those who do not see it. */
  readonly label: string;
  /** Id of the text that says how to leave it. */
  readonly describedBy: string;
  onChange(text: string): void;
  /** Ctrl or Cmd with Enter. */
  onRun(): void;
}

/** A mounted editor. */
export interface Editor {
  /** Puts another text in its place; can be undone by the reader. */
  setText(text: string): void;
  /** Marks lines, from 1. */
  markLines(lines: readonly number[]): void;
  /** Lets the type checker help: names to choose from, and what they are. */
  assist(checker: Checker): Promise<void>;
  /** Underlines what does not fit, as soon as {@link assist} has been fetched. */
  underline(problems: readonly TypeProblem[]): void;
  /** @param line from 1, to put the cursor on; where it was before when left out. */
  focus(line?: number): void;
  destroy(): void;
}

export function mountEditor(place: HTMLElement, options: EditorOptions): Editor {
  let silent = false;
  let underline: ((view: EditorView, problems: readonly TypeProblem[]) => void) | undefined;
  let gone = false;
  let misfits: readonly TypeProblem[] = [];
  const helped = new Compartment();
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        indentOnInput(),
        bracketMatching(),
        typescriptLanguage,
        syntaxHighlighting(highlighter),
        problemLines,
        helped.of([]),
        politeTabs(),
        Prec.highest(
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                options.onRun();
                return true;
              },
            },
          ]),
        ),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          autocapitalize: 'off',
          autocorrect: 'off',
          spellcheck: 'false',
          // Focusable it is as it stands, but not all who look for that know.
          tabindex: '0',
          translate: 'no',
        }),
        EditorView.updateListener.of(update => {
          if (update.docChanged && !silent) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      if (text === view.state.doc.toString()) return;
      silent = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      silent = false;
    },
    async assist(checker) {
      // From here, and not from the page: the two share CodeMirror, which the bundler then puts in one file.
      const { assistance, underline: draw } = await import('./assist.ts');
      if (gone) return;
      underline = draw;
      view.dispatch({ effects: helped.reconfigure(assistance(checker)) });
      draw(view, misfits);
    },
    underline(problems) {
      misfits = problems;
      underline?.(view, problems);
    },
    markLines: lines => markLines(view, lines),
    focus(line) {
      view.focus();
      if (line === undefined) return;
      const { doc } = view.state;
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines)).from;
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    },
    destroy() {
      gone = true;
      view.destroy();
    },
  };
}
