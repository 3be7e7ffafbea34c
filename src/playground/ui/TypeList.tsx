import type { ReactElement } from 'react';
import { visible } from '../protocol/visible.ts';
import { TextButton } from './Buttons.tsx';
import type { TypeState } from './useTypes.ts';

/** Problems listed; a text that is no program has more than anybody reads. */
const LISTED = 20;

interface TypeListProps {
  readonly state: TypeState;
  /** Whether an editor is open, for which the keys are. */
  readonly editing: boolean;
  onLine(line: number): void;
}

/** What the type checker found, as text, each with its line to go to. */
export function TypeList({ state, editing, onLine }: TypeListProps): ReactElement | null {
  switch (state.kind) {
    case 'off':
      return null;
    case 'loading':
      return <p className="fl-pg-types fl-pg-running">Fetching the type checker…</p>;
    case 'failed':
      return <p className="fl-pg-types">{state.message}</p>;
    case 'on': {
      const { problems } = state;
      const shown = problems.slice(0, LISTED);
      return (
        <div className="fl-pg-types">
          <p>
            {problems.length === 0 ? 'Types: nothing to object to.' : 'Types that do not fit:'}
            {editing && (
              <span className="fl-pg-hint">
                {' '}
                <kbd>Ctrl</kbd> with <kbd>Space</kbd> lists names, <kbd>F2</kbd> explains the one at the
                cursor, <kbd>F8</kbd> goes to the next problem.
              </span>
            )}
          </p>
          {shown.length > 0 && (
            <ul>
              {shown.map(({ line, from, message }) => (
                <li key={`${from} ${message}`}>
                  <TextButton onPress={() => onLine(line)}>Line {line}</TextButton>: {visible(message)}
                </li>
              ))}
            </ul>
          )}
          {problems.length > LISTED && <p>And {problems.length - LISTED} more.</p>}
        </div>
      );
    }
  }
}
