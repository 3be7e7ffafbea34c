import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import type { Editor, EditorOptions } from '../editor/editor.ts';
import { loadEditor, loadEnliven } from '../load.ts';
import type { Program } from '../program.ts';
import type { Runner } from '../run.ts';
import type { TypeFiles } from '../types/messages.ts';
import { Button, TextButton } from './Buttons.tsx';
import { EditorPane } from './EditorPane.tsx';
import { StaticCode } from './StaticCode.tsx';
import { TypeList } from './TypeList.tsx';
import { useRun } from './useRun.ts';
import { useShare } from './useShare.ts';
import { useText } from './useText.ts';
import { useTypes } from './useTypes.ts';

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
}

type Mount = (place: HTMLElement, options: EditorOptions) => Editor;

const NO_LINES: readonly number[] = [];

/** A program with its output: to read, to run, to edit and to send on. Nothing runs before a click. */
export function PlaygroundView(props: PlaygroundViewProps): ReactElement {
  const { program, model, runner, fragment, setFragment, alive } = props;
  const uid = useId().replace(/\W/g, '');
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  const {
    text,
    revision,
    origin,
    aside,
    change,
    reset,
    bringBack,
    shared: noteShared,
  } = useText(program.id, program.source, fragment);
  const { running, progress, report, start, stop, warm, ready, forget } = useRun(
    place,
    uid,
    runner,
    props.milliseconds,
  );
  const putInAddress = useCallback(
    (made: string) => {
      noteShared(made);
      setFragment(made);
    },
    [noteShared, setFragment],
  );
  const { shared, share, forget: forgetShared } = useShare(model, putInAddress);
  const [opened, setOpened] = useState<{ mount: Mount; line: number | undefined }>();
  const [trouble, setTrouble] = useState('');
  const [ran, setRan] = useState<string>();
  const types = useTypes(text, props.types, editor, opened);
  const problems = report?.lines ?? NO_LINES;

  const run = () => {
    forgetShared();
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
      ({ mountEditor }) => setOpened({ mount: mountEditor, line }),
      () => setTrouble('The editor could not be loaded. Are you offline?'),
    );
  };
  const changed = (now: string) => {
    change(now);
    forgetShared();
    types.forget();
    // The lines of the last error are no longer what they were.
    if (problems.length > 0) forget();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    run();
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

  const says = shared?.text ?? types.report ?? report?.text ?? trouble;
  return (
    <section className="fl-pg" aria-label={`Program ${program.file}`} onKeyDown={onKeyDown}>
      <header className="fl-pg-head">
        <span className="fl-pg-file">{program.file}</span>
        <span className="fl-pg-origin">{ORIGINS[origin.kind]}</span>
      </header>
      {origin.kind === 'link' && (
        <Notice>
          This program came with a link{origin.changed ? ', and you have changed it' : ''}. It runs when you
          press Run, not before.
          {origin.model === model
            ? ''
            : ` It was written for version ${origin.model} of the model; this is ${model}, so it may show something else.`}{' '}
          <TextButton onPress={reset}>Page’s own version</TextButton>
          {aside !== undefined && (
            <>
              {' '}
              <TextButton onPress={bringBack}>What I had written here</TextButton>
            </>
          )}
        </Notice>
      )}
      {origin.kind === 'page' && aside !== undefined && (
        <Notice>
          This is the page’s own version.{' '}
          <TextButton onPress={bringBack}>Bring back what was here</TextButton>
        </Notice>
      )}
      {opened && (
        <EditorPane
          mount={opened.mount}
          line={opened.line}
          editor={editor}
          text={text}
          revision={revision}
          label={`Source of ${program.file}`}
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
          label={`Source of ${program.file}`}
          problems={problems}
        />
      </div>
      <div className="fl-pg-actions">
        <Button primary alive={alive} off={running} onPress={run} onNear={warm} onDown={ready}>
          Run
        </Button>
        <Button alive={alive} off={!running} onPress={stop}>
          Stop
        </Button>
        <Button alive={alive} onPress={() => edit()}>
          Edit
        </Button>
        <Button alive={alive} off={origin.kind === 'page'} onPress={reset}>
          Reset
        </Button>
        <Button alive={alive} onPress={() => share({ kind: 'program', page: program.id, source: text })}>
          Share
        </Button>
        <Button
          alive={alive}
          off={types.state.kind === 'loading'}
          onPress={() => {
            forgetShared();
            types.check();
          }}
        >
          Check types
        </Button>
        <p className="fl-pg-hint" id={`${uid}-hint`}>
          <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd> runs. In the editor <kbd>Tab</kbd> indents
          once you type; <kbd>Esc</kbd>, then <kbd>Tab</kbd>, leaves it.
        </p>
      </div>
      <noscript>
        <p className="fl-pg-says">Running it needs JavaScript; below is what it shows.</p>
      </noscript>
      <div className="fl-pg-state">
        {running && <Running progress={progress} />}
        <p
          className={
            !shared && !types.report && report && !report.good ? 'fl-pg-says fl-pg-bad' : 'fl-pg-says'
          }
          role="status"
        >
          {says}
        </p>
        {problems.length > 0 && (
          <TextButton onPress={() => edit(problems[0])}>Go to line {problems[0]}</TextButton>
        )}
        <TypeList state={types.state} editing={opened !== undefined} onLine={edit} />
        {shared?.link && <LinkField link={shared.link} />}
      </div>
      <p className="fl-pg-what">{outputOf(text, ran)}</p>
      <div
        ref={place}
        className="fl-pg-output"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn at build time by the same code that draws a run
        dangerouslySetInnerHTML={{ __html: program.recorded.html }}
      />
    </section>
  );
}

const ORIGINS = { page: '', draft: 'edited, kept in this browser', link: 'from a link' } as const;

/** Whose output stands there. */
function outputOf(text: string, ran: string | undefined): string {
  if (ran === undefined) return 'Output of the page’s own version';
  return ran === text ? 'Output of your run' : 'Output of your run, before the program was changed';
}

function Notice({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="fl-pg-notice">{children}</div>;
}

/** Shown only when a run takes so long that somebody would wonder. */
function Running({ progress }: { readonly progress: number | undefined }): ReactElement {
  return (
    <p className="fl-pg-running">
      Running… <progress aria-label="Progress of the run" value={progress} max={1} />
    </p>
  );
}

/** The link, selected, for readers whose clipboard cannot be written. */
function LinkField({ link }: { readonly link: string }): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another link is selected anew
  useEffect(() => field.current?.select(), [link]);
  return <input ref={field} className="fl-pg-link" aria-label="Link to this program" readOnly value={link} />;
}
