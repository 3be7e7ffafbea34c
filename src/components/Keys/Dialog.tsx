import { type ReactNode, useEffect, useRef, useState } from 'react';
import './keys.css';
import { setSingleKeys, singleKeys } from './single.ts';

/** Keys by where they work. Loaded when somebody asks. */
const GROUPS: readonly (readonly [
  where: string,
  keys: readonly (readonly [keys: string, does: string])[],
])[] = [
  [
    'Everywhere',
    [
      ['/, Ctrl+K or ⌘+K', 'searches'],
      ['?', 'shows this list'],
      ['Tab, Shift+Tab', 'goes to the next control, or the one before'],
      ['Esc', 'closes a dialog'],
    ],
  ],
  [
    'Sliders of an experiment',
    [
      ['← →', 'one step'],
      ['Page Up, Page Down', 'a twentieth of the range'],
      ['Home, End', 'the ends of the range'],
    ],
  ],
  [
    'Timelines and memory maps',
    [
      ['← →', 'the mark before or after on this lane'],
      ['↑ ↓', 'the lane above or below'],
      ['Home, End', 'the first or last mark of the lane'],
      ['+ −', 'zooms in or out'],
      ['Shift+← →', 'goes along'],
      ['0', 'shows all'],
    ],
  ],
  [
    'Schedules of a race',
    [
      ['← →', 'a step back or forward'],
      ['Home, End', 'before the first step, after the last'],
    ],
  ],
  [
    'Programs',
    [
      ['Ctrl+Enter or ⌘+Enter', 'runs'],
      ['Tab', 'indents once you have typed'],
      ['Esc, then Tab', 'leaves the editor'],
    ],
  ],
];

/** The list of keys as a dialog over the page. */
export default function KeysDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [single, setSingle] = useState(singleKeys);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="fl-keys" aria-labelledby="fl-keys-title" onClose={onClose}>
      <h2 id="fl-keys-title">Keys</h2>
      {GROUPS.map(([where, keys]) => (
        <section key={where} aria-label={where}>
          <h3>{where}</h3>
          <dl>
            {keys.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p>
        <label className="fl-switch">
          <input
            type="checkbox"
            checked={single}
            onChange={({ target }) => {
              setSingleKeys(target.checked);
              setSingle(target.checked);
            }}
          />
          <span>Single keys work: / and ?</span>
        </label>
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
