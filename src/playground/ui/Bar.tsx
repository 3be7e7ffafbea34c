import type { ReactElement, ReactNode } from 'react';
import { Button, TextButton } from './Buttons.tsx';
import { LinkField, Running } from './Ending.tsx';
import type { Runs } from './useRun.ts';
import type { Shared } from './useShare.ts';
import type { Types } from './useTypes.ts';

interface BarProps {
  /** Whether the page has come alive. */
  readonly alive: boolean;
  readonly runs: Pick<Runs, 'running' | 'progress' | 'report' | 'stop'>;
  readonly types: Pick<Types, 'state' | 'report'>;
  /** What came of pressing Share. */
  readonly shared: Shared | undefined;
  /** What went wrong beside the run: a part of the site that could not be loaded. */
  readonly trouble: string;
  /** Whether the text is the page's own: Reset would do nothing. */
  readonly isOwn: boolean;
  /** The editor opens by itself where there is room; Edit is for where there is none. */
  readonly editing: boolean;
  /** The list of type problems, where it stands in the bar. */
  readonly list: ReactNode;
  readonly hintId: string;
  onRun(): void;
  /** The reader is about to press Run. */
  onNear(): void;
  onEdit(line?: number): void;
  onReset(): void;
  onShare(): void;
  onTypes(): void;
  /** Takes the focus to the output. */
  onOutput(): void;
}

/** The buttons of a playground, and what came of them. */
export function Bar(props: BarProps): ReactElement {
  const { alive, runs, types, shared, trouble, editing, onNear } = props;
  const { running, progress, report } = runs;
  const says = shared?.text ?? types.report ?? report?.text ?? trouble;
  const isBad = !shared && !types.report && report?.good === false;
  const problems = types.report !== undefined && types.state.kind === 'on' ? types.state.problems : [];
  const wrong = problems[0]?.line ?? report?.lines[0];
  return (
    <>
      <div className="fl-pg-actions">
        <Button primary alive={alive} off={running} onPress={props.onRun} onNear={onNear} onDown={onNear}>
          Run
        </Button>
        <Button alive={alive} off={!running} onPress={runs.stop}>
          Stop
        </Button>
        <Button alive={alive} narrow={editing && trouble === ''} onPress={() => props.onEdit()}>
          Edit
        </Button>
        <Button alive={alive} off={props.isOwn} onPress={props.onReset}>
          Reset
        </Button>
        <Button alive={alive} onPress={props.onShare}>
          Share
        </Button>
        <Button alive={alive} off={types.state.kind === 'loading'} onPress={props.onTypes}>
          Check types
        </Button>
        <p className="fl-pg-hint" id={props.hintId}>
          <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd> runs. In the editor <kbd>Tab</kbd> indents
          once you type; <kbd>Esc</kbd>, then <kbd>Tab</kbd>, leaves it.
        </p>
      </div>
      <noscript>
        <p className="fl-pg-says">Running it needs JavaScript; below is what it shows.</p>
      </noscript>
      <div className="fl-pg-state">
        {running && <Running progress={progress} />}
        <p className={isBad ? 'fl-pg-says fl-pg-bad' : 'fl-pg-says'} role="status">
          {says}
        </p>
        {editing && report && (
          <TextButton narrow onPress={props.onOutput}>
            Go to the output
          </TextButton>
        )}
        {wrong !== undefined && (
          <TextButton onPress={() => props.onEdit(wrong)}>Go to line {wrong}</TextButton>
        )}
        {props.list}
        {shared?.link && <LinkField link={shared.link} />}
      </div>
    </>
  );
}
