import type { ReactElement, Ref } from 'react';
import type { Program } from '../program.ts';

interface OutputPaneProps {
  readonly program: Program;
  /** The program as it is now. */
  readonly text: string;
  /** The text that was run last; undefined before the first run. */
  readonly ran: string | undefined;
  /** A link brought a program that nobody has run here: the page's own output would pass for that of it. */
  readonly isUnknown: boolean;
  /** The last run ended badly before it showed anything. */
  readonly showedNothing: boolean;
  /** The pane, for the focus. */
  readonly pane: Ref<HTMLDivElement>;
  /** Where runs draw. */
  readonly place: Ref<HTMLDivElement>;
}

/** What a program shows, under a word on whose output it is. */
export function OutputPane(props: OutputPaneProps): ReactElement {
  const { program, pane, place, isUnknown } = props;
  return (
    <div className="fl-pg-shown" ref={pane} tabIndex={-1}>
      <p className="fl-pg-what">{whose(props)}</p>
      <div
        ref={place}
        className="fl-pg-output"
        hidden={isUnknown}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn at build time by the same code that draws a run
        dangerouslySetInnerHTML={{ __html: program.recorded.html }}
      />
    </div>
  );
}

/** Whose output stands there. */
function whose({ program, text, ran, isUnknown, showedNothing }: OutputPaneProps): string {
  if (isUnknown) return 'Not run yet. Press Run to see what this program shows.';
  if (showedNothing) return 'Your run showed nothing before it ended; why stands with the buttons.';
  if (ran === undefined)
    return text === program.source
      ? 'Output, recorded when the site was built'
      : 'Output of the page’s own version; press Run for that of yours';
  return ran === text ? 'Output of your run' : 'Output of your run, before the program was changed';
}
