import { type ReactElement, useEffect, useState } from 'react';
import { carried } from '../link/carried.ts';
import { incoming } from '../link/incoming.ts';
import { LEFT, OWN, type Program, RIGHT } from '../program.ts';
import { Button } from './Buttons.tsx';
import { PairView } from './PairView.tsx';
import { PlaygroundView, type PlaygroundViewProps } from './PlaygroundView.tsx';

/** One program to start from. */
export interface Example {
  /** The program's. */
  readonly id: string;
  readonly title: string;
  /** Fetches it. */
  load(): Promise<Program>;
}

export interface LabViewProps
  extends Pick<
    PlaygroundViewProps,
    'milliseconds' | 'model' | 'runner' | 'types' | 'fragment' | 'setFragment' | 'alive' | 'takeaway'
  > {
  /** What stands there when nothing else is asked for. */
  readonly own: Program;
  readonly examples: readonly Example[];
  /** The two that stand side by side at first. */
  readonly pair: readonly [left: Program, right: Program];
  /** What the address asks for: an example's id, `two`, or nothing. */
  readonly chosen: string;
  /** Puts a choice in the address, without any fragment. */
  choose(id: string): void;
}

/** How the address names two programs side by side. */
const TWO = 'two';

/** A page to write programs on: one beside its output, or two beside each other. */
export function LabView(props: LabViewProps): ReactElement {
  const { own, examples, pair, fragment, chosen, choose, alive } = props;
  const linked = useLinked(fragment);
  const id = linked ?? chosen;
  const two = id === TWO;
  const example = examples.find(one => one.id === id);
  const [loaded, setLoaded] = useState<Program>();
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    setTrouble('');
    if (!example) return;
    let current = true;
    example.load().then(
      program => current && setLoaded(program),
      () => current && setTrouble('This program could not be loaded. Are you offline?'),
    );
    return () => {
      current = false;
    };
  }, [example]);

  const program = !example ? own : loaded?.id === example.id ? loaded : undefined;
  const shared = { ...props, wide: true, editing: true } as const;
  const choices = [{ id: OWN, title: 'Your own' }, ...examples, { id: TWO, title: 'Two side by side' }];
  const current = two ? TWO : (example?.id ?? OWN);
  return (
    <div className="fl-lab">
      <fieldset className="fl-lab-choices">
        <legend>Start from</legend>
        {choices.map(choice => (
          <Button
            key={choice.id}
            alive={alive}
            pressed={choice.id === current}
            onPress={() => choose(choice.id)}
          >
            {choice.title}
          </Button>
        ))}
      </fieldset>
      {trouble !== '' && <p role="alert">{trouble}</p>}
      {two ? (
        <PairView {...props} pair={pair} />
      ) : (
        program && <PlaygroundView key={program.id} {...shared} program={program} />
      )}
    </div>
  );
}

/** Which choice the link in the address is for; undefined where there is none, or it is for none. */
function useLinked(fragment: string): string | undefined {
  const [linked, setLinked] = useState<{ fragment: string; id: string }>();
  useEffect(() => {
    let current = true;
    incoming(fragment).then(
      decoded => {
        if (!current || !decoded?.ok) return;
        const texts = carried(decoded.state);
        const id = texts.has(LEFT) || texts.has(RIGHT) ? TWO : texts.keys().next().value;
        if (id !== undefined) setLinked({ fragment, id });
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [fragment]);
  return linked?.fragment === fragment ? linked.id : undefined;
}
