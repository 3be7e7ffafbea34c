import { type ReactNode, useEffect, useId, useMemo, useRef } from 'react';
import { type At, differingCells, rowsOf } from './compared.ts';
import Machine from './Machine.tsx';
import type { FollowedRace, PlayedRace } from './messages.ts';
import StateTables from './StateTables.tsx';

interface Props {
  /** The race's id: its regions are called after it. */
  readonly race: string;
  readonly playback: PlayedRace;
  readonly followed: FollowedRace;
  /** Titles of the protocol that is stepped through, and of the other. */
  readonly title: string;
  readonly other: string;
  /** Number of steps taken, by both. */
  readonly cursor: number;
}

/** What the other protocol does at the cursor, in a sentence. */
function sentence({ what, refusal, same }: At): string {
  if (refusal !== null) return `does not take this step: ${refusal}.`;
  return same ? 'does the same.' : `differs: ${what}.`;
}

function countOf(cells: number): string {
  if (cells === 0) return 'Both machines are in one state.';
  return `${cells} ${cells === 1 ? 'value' : 'values'} of the state ${cells === 1 ? 'differs' : 'differ'}.`;
}

/** The same schedule under another protocol: one cursor for both, and what differs marked. */
export default function Beside({ race, playback, followed, title, other, cursor }: Props): ReactNode {
  const headingId = useId();
  const current = useRef<HTMLTableRowElement>(null);
  const rows = rowsOf(playback, followed);
  const now = cursor === 0 ? playback.start : playback.steps[cursor - 1];
  const beside = cursor === 0 ? followed.start : followed.steps[cursor - 1];

  // The titles tell these figures from those of the protocol that is stepped through.
  const drawn = useMemo(
    () => beside.drawn.map(view => ({ ...view, title: `${view.title}, beside` })),
    [beside],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the row in view follows the cursor
  useEffect(() => {
    const row = current.current;
    const scroll = row?.closest('.fl-race-scroll');
    // Only inside of its own frame: the page itself stays where the reader has it.
    if (row && scroll) scroll.scrollTop = row.offsetTop - scroll.clientHeight / 2;
  }, [cursor]);

  return (
    <section className="fl-race-beside" aria-labelledby={headingId}>
      <p id={headingId} className="fl-race-there" role="status">
        Beside it, {other}
        {cursor === 0 ? ': before the first step. ' : ` ${sentence(rows[cursor - 1])} `}
        {countOf(differingCells(now.state, beside.state))}
        {beside.broken.map(({ name, what }) => (
          <span key={name} className="fl-race-broken">
            {' '}
            Broken there: {name} ({what}).
          </span>
        ))}
        {followed.error !== null && cursor === rows.length && (
          <span className="fl-race-broken"> Thrown there: {followed.error}.</span>
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="fl-race-scroll fl-race-lanes" tabIndex={0} aria-label={`Both of ${race}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Actor</th>
              <th scope="col">{title}</th>
              <th scope="col">{other}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the schedule
                key={i}
                ref={i + 1 === cursor ? current : undefined}
                aria-current={i + 1 === cursor ? 'step' : undefined}
              >
                <th scope="row">{i + 1}</th>
                <td>{row.actorName}</td>
                <td>
                  {row.first}
                  <Breaks names={row.firstBreaks} />
                </td>
                <td>
                  {row.same ? row.what : <mark>{row.refusal ? `refused: ${row.refusal}` : row.what}</mark>}
                  <Breaks names={row.breaks} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="fl-help">Marked: what is not the same as under {title}.</p>
      <div className="fl-race-bench">
        <StateTables label={`State of ${race} under ${other}`} tables={beside.state} before={now.state} />
        {drawn.length > 0 && <Machine views={drawn} />}
      </div>
    </section>
  );
}

/** Properties that are broken from this step on. */
function Breaks({ names }: { readonly names: readonly string[] }): ReactNode {
  return names.map(name => (
    <span key={name} className="fl-race-broken">
      {' '}
      Breaks: {name}.
    </span>
  ));
}
