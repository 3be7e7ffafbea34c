/** Marks the lines of a program on which something failed, until the text there changes. */
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';

const setLines = StateEffect.define<readonly number[]>();

const marked = Decoration.line({ class: 'fl-pg-problem-line' });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(old, transaction) {
    if (transaction.docChanged) return Decoration.none;
    const effect = transaction.effects.find(e => e.is(setLines));
    if (!effect) return old;
    const { doc } = transaction.state;
    const lines = [...new Set(effect.value as readonly number[])].filter(
      line => line >= 1 && line <= doc.lines,
    );
    return Decoration.set(lines.sort((a, b) => a - b).map(line => marked.range(doc.line(line).from)));
  },
  provide: own => EditorView.decorations.from(own),
});

export const problemLines: Extension = field;

/** @param lines from 1; those that the text does not have are left out. */
export function markLines(view: EditorView, lines: readonly number[]): void {
  view.dispatch({ effects: setLines.of(lines) });
}
