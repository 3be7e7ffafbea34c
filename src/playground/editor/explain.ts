/** What a name is, on hover, and by F2 at the cursor for those who use the keyboard. */
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import { visible } from '../protocol/visible.ts';
import type { Checker } from '../types/checker.ts';
import type { Explanation } from '../types/messages.ts';

type Known = Omit<Explanation, 'from' | 'to'>;

/** All of it goes in as text. */
export function explainedNode({ signature, text, tags }: Known): HTMLElement {
  const box = document.createElement('div');
  box.className = 'fl-pg-explained';
  // It scrolls when it is long, and so must be within reach of the keyboard.
  box.tabIndex = 0;
  const code = document.createElement('code');
  code.textContent = visible(signature);
  box.append(code);
  for (const paragraph of [text, ...tags.map(tagText)].filter(part => part !== '')) {
    const p = document.createElement('p');
    p.textContent = visible(paragraph);
    box.append(p);
  }
  return box;
}

function tagText({ name, text }: { readonly name: string; readonly text: string }): string {
  return name === 'param' ? text : `${name}: ${text}`;
}

/** The same as one text, for a screen reader. */
function spoken({ signature, text, tags }: Known): string {
  return [signature, text, ...tags.map(tagText)].filter(part => part !== '').join('. ');
}

const show = StateEffect.define<Tooltip | null>();

/** What F2 has opened; it goes with the next edit or move of the cursor, or with Esc. */
const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(old, transaction) {
    const effect = transaction.effects.find(e => e.is(show));
    if (effect) return effect.value;
    return transaction.docChanged || transaction.selection ? null : old;
  },
  provide: own => showTooltip.from(own),
});

function tooltipOf(known: Explanation): Tooltip {
  return {
    pos: known.from,
    end: known.to,
    above: true,
    create: () => ({ dom: explainedNode(known) }),
  };
}

export function explanations(checker: Checker): Extension {
  const ask = (view: EditorView, at: number) =>
    checker.ask({ kind: 'explanation', text: view.state.doc.toString(), at }).catch(() => null);

  const explainHere = (view: EditorView) => {
    const { doc, selection } = view.state;
    ask(view, selection.main.head).then(known => {
      // An answer to what stands there no longer.
      if (view.state.doc !== doc || !view.state.selection.eq(selection)) return;
      view.dispatch({
        effects: [
          show.of(known && tooltipOf(known)),
          EditorView.announce.of(known ? spoken(known) : 'Nothing is known of what stands here.'),
        ],
      });
    });
    return true;
  };

  const close = (view: EditorView) => {
    if (!view.state.field(shown)) return false;
    view.dispatch({ effects: show.of(null) });
    return true;
  };

  return [
    shown,
    hoverTooltip(async (view, at) => {
      const known = await ask(view, at);
      return known && tooltipOf(known);
    }),
    keymap.of([
      { key: 'F2', run: explainHere },
      { key: 'Escape', run: close },
    ]),
  ];
}
