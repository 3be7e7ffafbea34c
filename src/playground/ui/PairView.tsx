import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import type { Shown } from '../../model/index.ts';
import type { LinkState } from '../link/state.ts';
import { loadDifferences } from '../load.ts';
import type { Program } from '../program.ts';
import { Button } from './Buttons.tsx';
import { LinkField } from './Ending.tsx';
import { type PlaygroundHandle, PlaygroundView, type PlaygroundViewProps } from './PlaygroundView.tsx';
import { useShare } from './useShare.ts';

interface PairViewProps
  extends Pick<
    PlaygroundViewProps,
    'milliseconds' | 'model' | 'runner' | 'types' | 'fragment' | 'setFragment' | 'alive' | 'takeaway'
  > {
  readonly pair: readonly [left: Program, right: Program];
}

/** Two programs that run with one press, their outputs beside each other, and what differs between these. */
export function PairView(props: PairViewProps): ReactElement {
  const { pair, model, setFragment, alive } = props;
  const left = useRef<PlaygroundHandle>(null);
  const right = useRef<PlaygroundHandle>(null);
  const [leftShown, setLeftShown] = useState<readonly Shown[]>();
  const [rightShown, setRightShown] = useState<readonly Shown[]>();
  const [sentences, setSentences] = useState<readonly string[]>();

  const putInAddress = useCallback(
    (fragment: string) => {
      left.current?.shared(fragment);
      right.current?.shared(fragment);
      setFragment(fragment);
    },
    [setFragment],
  );
  const { shared, share, forget } = useShare(model, putInAddress);
  const [leftText, setLeftText] = useState(pair[0].source);
  const [rightText, setRightText] = useState(pair[1].source);
  const state: LinkState = { kind: 'pair', left: leftText, right: rightText };

  useEffect(() => {
    setSentences(undefined);
    if (!leftShown || !rightShown) return;
    let current = true;
    loadDifferences().then(
      ({ differences, inSentences, mark }) => {
        const [leftPlace, rightPlace] = [left.current?.place(), right.current?.place()];
        if (!current || !leftPlace || !rightPlace) return;
        const compared = differences(leftShown, rightShown);
        mark(leftPlace, 'left', compared);
        mark(rightPlace, 'right', compared);
        setSentences(inSentences(compared));
      },
      () => current && setSentences(['What differs could not be worked out. Are you offline?']),
    );
    return () => {
      current = false;
    };
  }, [leftShown, rightShown]);

  const sides = [
    { handle: left, onShown: setLeftShown, onText: setLeftText, name: 'left' },
    { handle: right, onShown: setRightShown, onText: setRightText, name: 'right' },
  ] as const;
  return (
    <>
      <div className="fl-lab-both">
        <Button
          primary
          alive={alive}
          onPress={() => {
            forget();
            left.current?.run();
            right.current?.run();
          }}
        >
          Run both
        </Button>
        <Button
          alive={alive}
          onPress={() => {
            forget();
            share(state);
          }}
        >
          Share both
        </Button>
        <p role="status">{shared?.text ?? (sentences && differ(sentences))}</p>
        {shared?.link && <LinkField link={shared.link} />}
      </div>
      {props.takeaway?.(state)}
      {sentences && (
        <ul className="fl-lab-differences">
          {sentences.map(sentence => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      <div className="fl-lab-pair">
        {sides.map((side, index) => (
          <PlaygroundView
            {...props}
            {...side}
            key={side.name}
            editing
            program={pair[index]}
            takeaway={undefined}
          />
        ))}
      </div>
    </>
  );
}

/** One sentence on all of it; the list below says the rest. */
function differ(sentences: readonly string[]): string {
  if (sentences.length === 0) return 'Neither program showed anything.';
  const same = sentences.filter(sentence => sentence.endsWith(': the same.')).length;
  if (same === sentences.length) return 'Both show the same.';
  return `${sentences.length - same} of ${sentences.length} differ; the differences are marked and listed below.`;
}
