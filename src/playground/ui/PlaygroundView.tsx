import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import type { Shown } from '../../model/index.ts';
import type { Editor, EditorOptions } from '../editor/editor.ts';
import { fragmentOf } from '../link/address.ts';
import { programState } from '../link/carried.ts';
import type { LinkState } from '../link/state.ts';
import { loadCodec, loadEditor, loadEnliven } from '../load.ts';
import type { Program } from '../program.ts';
import type { Runner } from '../run.ts';
import type { TypeFiles } from '../types/messages.ts';
import { Bar } from './Bar.tsx';
import { TextButton } from './Buttons.tsx';
import type { EditorPane } from './EditorPane.tsx';
import { OutputPane } from './OutputPane.tsx';
import { StaticCode } from './StaticCode.tsx';
import { TypeList } from './TypeList.tsx';
import { useRun } from './useRun.ts';
import { useShare } from './useShare.ts';
import { useText } from './useText.ts';
import { useTypes } from './useTypes.ts';
import { ORIGINS, Whence } from './Whence.tsx';

export interface PlaygroundViewProps {
  readonly program: Program;
  /** Wall time in ms a run may take. */
  readonly milliseconds?: number;
  /** Version of the model. */
  readonly model: string;
  /** Fetches the bundled model. */
  readonly runner: () => Promise<Runner>;
  /** Fetches the declarations for the type checker. */
  readonly types: () => Promise<TypeFiles>;
  /** Fragment of the address, with its `#`; empty while the page is written at build time. */
  readonly fragment: string;
  setFragment(fragment: string): void;
  /** Whether the page has come alive; before that its buttons do nothing. */
  readonly alive: boolean;
  /** Program and output side by side where there is room, and the buttons above both. */
  readonly wide?: boolean;
  /** The reader has come to write: the editor opens by itself. */
  readonly editing?: boolean;
  /** What it is called beside others of the same file name. */
  readonly name?: string;
  /** Takes the reader to the full-page lab with a fragment that holds his program. */
  onLab?(fragment: string): void;
  /** Ways to take the program away as it stands: a citation, a snippet for somebody else's page. */
  takeaway?(state: LinkState): ReactNode;
  /** The text has changed; for who drives it from outside. */
  onText?(text: string): void;
  /** A run has begun, or has ended and has shown something; for who drives it from outside. */
  onShown?(shown: readonly Shown[] | undefined): void;
  /** Set while it stands. */
  readonly handle?: Ref<PlaygroundHandle>;
}

/** What can be done with a playground from outside. */
export interface PlaygroundHandle {
  run(): void;
  /** Notes that the text as it is now stands in the address. */
  shared(fragment: string): void;
  /** Where its output is drawn. */
  place(): Element | null;
}

/** An editor that is open: what came with it, and where its cursor goes at first. */
interface Opened {
  readonly mount: (place: HTMLElement, options: EditorOptions) => Editor;
  readonly Pane: typeof EditorPane;
  readonly line: number | null | undefined;
}

const NO_LINES: readonly number[] = [];

/** A program with its output: to read, to run, to edit and to send on. Nothing runs before a click. */
export function PlaygroundView(props: PlaygroundViewProps): ReactElement {
  const { program, model, runner, fragment, setFragment, alive, editing, onLab, onShown, onText } = props;
  const uid = useId().replace(/\W/g, '');
  const section = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const outcome = useRef<HTMLDivElement>(null);
  /** The fragment that this playground itself has put in the address. */
  const made = useRef('');
  const editor = useRef<Editor>(null);
  const given = useText(program.id, program.source, fragment, sent => {
    // Its page may be long, and the lab begins with what to choose from.
    if (!editing && sent !== made.current) section.current?.scrollIntoView();
  });
  const { text, revision, change, shared: noteShared } = given;
  const runs = useRun(place, uid, runner, props.milliseconds);
  const { report, shown, start, warm, ready, forget } = runs;
  const putInAddress = useCallback(
    (fragment: string) => {
      made.current = fragment;
      noteShared(fragment);
      setFragment(fragment);
    },
    [noteShared, setFragment],
  );
  const { shared, share, forget: forgetLink } = useShare(model, putInAddress);
  const [opened, setOpened] = useState<Opened>();
  const [trouble, setTrouble] = useState('');
  const [ran, setRan] = useState<string>();
  const types = useTypes(text, props.types, editor, opened);
  const problems = report?.lines ?? NO_LINES;

  const run = () => {
    forgetLink();
    types.forget();
    setRan(text);
    start(text);
  };
  const edit = (line?: number) => {
    if (opened) {
      editor.current?.focus(line);
      return;
    }
    loadEditor().then(
      ({ mountEditor, EditorPane }) => setOpened({ mount: mountEditor, Pane: EditorPane, line }),
      () => setTrouble('The editor could not be loaded. Are you offline?'),
    );
  };
  /** To the program's text: what asked for another is gone with it. */
  const toText = () => {
    if (editor.current) editor.current.focus();
    else section.current?.querySelector<HTMLElement>('.fl-pg-static')?.focus({ preventScroll: true });
  };
  const changed = (now: string) => {
    change(now);
    forgetLink();
    types.forget();
    // The lines of the last error are no longer what they were.
    if (problems.length > 0) forget();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    run();
  };

  useImperativeHandle(props.handle, () => ({
    run,
    shared: noteShared,
    place: () => place.current,
  }));

  useEffect(() => onShown?.(shown), [shown, onShown]);
  useEffect(() => onText?.(text), [text, onText]);

  // Two outputs beside each other may have parts of one name.
  const { name } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was shown has been drawn anew
  useEffect(() => {
    if (name === undefined) return;
    for (const region of place.current?.querySelectorAll('[role=region], .fl-pg-log') ?? []) {
      const label = region.getAttribute('aria-label') ?? '';
      if (!label.endsWith(`, ${name}`)) region.setAttribute('aria-label', `${label}, ${name}`);
    }
  }, [shown, name]);

  // Without the focus, which is where the reader has it.
  useEffect(() => {
    // Where the output stands below the text, it would move when the editor comes: there one asks for it.
    if (!editing || !alive || !window.matchMedia('(min-width: 997px)').matches) return;
    let current = true;
    loadEditor().then(
      ({ mountEditor, EditorPane }) =>
        current && setOpened(old => old ?? { mount: mountEditor, Pane: EditorPane, line: null }),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [editing, alive]);

  const toLab = async () => {
    const { encodeLink } = await loadCodec();
    onLab?.(fragmentOf(await encodeLink({ kind: 'program', source: text }, model)));
  };

  // Memory maps and timelines of the recorded output answer keys too.
  useEffect(() => {
    if (place.current?.querySelector('svg.fl-lanes')) {
      const current = place.current;
      loadEnliven().then(
        ({ enliven }) => enliven(current),
        () => undefined,
      );
    }
  }, []);

  const unrun = ran === undefined && given.origin.kind === 'link' && text !== program.source;
  const list = <TypeList state={types.state} editing={opened !== undefined} onLine={edit} />;
  const bar = (
    <Bar
      alive={alive}
      runs={runs}
      types={types}
      shared={shared}
      trouble={trouble}
      isOwn={given.origin.kind === 'page'}
      editing={editing === true}
      list={!props.wide && list}
      hintId={`${uid}-hint`}
      onRun={run}
      onNear={() => ready(text)}
      onEdit={edit}
      onReset={given.reset}
      onShare={() => share(programState(program.id, text))}
      onTypes={() => {
        forgetLink();
        types.check();
      }}
      onOutput={() => outcome.current?.focus()}
    />
  );
  return (
    <section
      ref={section}
      className={props.wide ? 'fl-pg fl-pg-wide' : 'fl-pg'}
      aria-label={`Program ${props.name ?? program.file}`}
      onKeyDown={onKeyDown}
      onPointerEnter={warm}
      onFocus={warm}
    >
      <div className="fl-pg-program">
        <header className="fl-pg-head">
          <span className="fl-pg-file">{props.name ?? program.file}</span>
          <span className="fl-pg-origin">{ORIGINS[given.origin.kind]}</span>
          {onLab && (
            <TextButton
              onPress={() => toLab().catch(() => setTrouble('The lab could not be opened. Are you offline?'))}
            >
              Open in the lab
            </TextButton>
          )}
        </header>
        <Whence text={given} model={model} onPut={toText} />
        {props.wide && bar}
        {opened && (
          <opened.Pane
            mount={opened.mount}
            line={opened.line}
            editor={editor}
            text={text}
            revision={revision}
            label={`Source of ${props.name ?? program.file}`}
            describedBy={`${uid}-hint`}
            problems={problems}
            onChange={changed}
            onRun={run}
            onStay={types.stay}
          />
        )}
        {/* The editor writes out no more than is on the screen; paper takes the whole text. */}
        <div className={opened ? 'fl-pg-paper' : undefined}>
          <StaticCode
            text={text}
            marks={text === program.source ? program.marks : NO_LINES}
            label={`Source of ${props.name ?? program.file}`}
            problems={problems}
          />
        </div>
        {!props.wide && bar}
        {props.wide && list}
        {props.takeaway && <div className="fl-pg-take">{props.takeaway(programState(program.id, text))}</div>}
      </div>
      <OutputPane
        pane={outcome}
        place={place}
        program={program}
        text={text}
        ran={ran}
        isUnknown={unrun}
        showedNothing={report?.good === false && shown?.length === 0}
      />
    </section>
  );
}
