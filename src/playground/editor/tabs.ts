/**
 * Tab without a trap: it indents only once the reader has typed or clicked since the editor was entered, and Esc makes
 * it leave again. Who only passes through by keyboard passes through.
 */
import { indentLess, indentMore } from '@codemirror/commands';
import { type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

export function politeTabs(): Extension {
  let indents = false;
  const settle = () => {
    indents = true;
    return false;
  };
  const leave = () => {
    indents = false;
    return false;
  };
  return [
    // First of all: Esc frees Tab even where it has closed a list or an explanation, too.
    Prec.highest(
      EditorView.domEventHandlers({
        pointerdown: settle,
        blur: leave,
        keydown: event => {
          if (event.key === 'Escape') indents = false;
          // Keys that are only held, and those that move out, are no typing.
          else if (!['Tab', 'Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) indents = true;
          return false;
        },
      }),
    ),
    Prec.highest(
      keymap.of([
        { key: 'Tab', run: view => indents && indentMore(view), shift: view => indents && indentLess(view) },
      ]),
    ),
  ];
}
