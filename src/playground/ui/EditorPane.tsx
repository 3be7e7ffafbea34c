import { type ReactElement, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Editor, EditorOptions } from '../editor/editor.ts';

interface EditorPaneProps extends Omit<EditorOptions, 'onChange' | 'onRun'> {
  readonly mount: (place: HTMLElement, options: EditorOptions) => Editor;
  /** Goes up whenever `text` is to replace what stands in the editor. */
  readonly revision: number;
  readonly problems: readonly number[];
  /** Set while the editor stands. */
  readonly editor: RefObject<Editor | null>;
  /** Where the cursor goes at first, from 1; null where the focus stays where it is. */
  readonly line: number | null | undefined;
  onChange(text: string): void;
  onRun(): void;
  /** The reader has stayed in it for a while. */
  onStay(): void;
}

/** How long in ms a reader works in the editor before he is taken to stay. */
const STAY_MS = 12_000;

/** The editor's place in the page. */
export function EditorPane(props: EditorPaneProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const { mount, editor, revision, problems } = props;

  // Before the page is drawn: the text that the editor replaces is hidden by then.
  useLayoutEffect(() => {
    if (!place.current) return;
    const { label, describedBy } = latest.current;
    const mounted = mount(place.current, {
      text: latest.current.text,
      label,
      describedBy,
      onChange: changed => latest.current.onChange(changed),
      onRun: () => latest.current.onRun(),
    });
    editor.current = mounted;
    if (latest.current.line !== null) mounted.focus(latest.current.line);
    return () => {
      editor.current = null;
      mounted.destroy();
    };
  }, [mount, editor]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the reader's own typing must not be put back over him
  useEffect(() => editor.current?.setText(latest.current.text), [editor, revision]);
  useEffect(() => editor.current?.markLines(problems), [editor, problems]);

  useEffect(() => {
    const pane = place.current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = () => clearTimeout(timer);
    const enter = () => {
      leave();
      timer = setTimeout(() => latest.current.onStay(), STAY_MS);
    };
    if (pane?.contains(document.activeElement)) enter();
    pane?.addEventListener('focusin', enter);
    pane?.addEventListener('focusout', leave);
    return () => {
      leave();
      pane?.removeEventListener('focusin', enter);
      pane?.removeEventListener('focusout', leave);
    };
  }, []);

  return <div ref={place} className="fl-pg-editor" />;
}
