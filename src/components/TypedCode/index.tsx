import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { CLASSES } from '../../playground/editor/pieces.ts';
import type { TypedCode as Lines, TypedPiece } from './pieces.ts';
import './typedCode.css';

interface Props {
  /** {@link Lines}, written when the page is built by plugins/typedCode. */
  readonly json: string;
}

/** The name that is being explained, and where its explanation goes, in CSS pixels within the box. */
interface Chosen {
  readonly at: number;
  readonly piece: TypedPiece;
  readonly left: number;
  readonly top: number;
}

/** Keys that go from name to name. */
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** A program whose names show their types: under the pointer, or one after the other by the arrow keys. */
export default function TypedCode({ json }: Props): ReactNode {
  const help = useId();
  const lines = useMemo<Lines>(() => JSON.parse(json), [json]);
  const box = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<Chosen>();

  // Wherever the focus is: under a pointer it is elsewhere.
  const open = chosen !== undefined;
  useEffect(() => {
    if (!open) return;
    const listen = ({ key }: globalThis.KeyboardEvent) => key === 'Escape' && setChosen(undefined);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [open]);

  const names = lines.flat().filter(({ type }) => type !== undefined);
  const choose = (at: number) => {
    const frame = box.current?.getBoundingClientRect();
    const name = box.current?.querySelector(`[data-name="${at}"]`);
    if (!frame || !name) return;
    name.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const place = name.getBoundingClientRect();
    const left = Math.max(0, Math.min(place.left - frame.left, frame.width - 320));
    setChosen({ at, piece: names[at], left, top: place.bottom - frame.top + 4 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = chosen?.at ?? (step > 0 ? -1 : names.length);
    choose(Math.max(0, Math.min(names.length - 1, from + step)));
  };

  let count = 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the code inside is what one uses; this only follows the pointer
    <div
      ref={box}
      className="fl-typed"
      onPointerOver={({ target }) => {
        const at = (target as Element).getAttribute('data-name');
        if (at !== null) choose(Number(at));
        else if (!(target as Element).closest('.fl-type')) setChosen(undefined);
      }}
      onPointerLeave={() => setChosen(undefined)}
      onBlur={() => setChosen(undefined)}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from name to name, and scroll what is wide */}
      <pre className="fl-code" tabIndex={0} aria-describedby={help} onKeyDown={onKeyDown}>
        <code>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
            <span key={index}>
              {line.map(({ text, mark, type }, at) => {
                const name = type === undefined ? undefined : count++;
                return (
                  <span
                    // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move
                    key={at}
                    className={
                      `${mark === undefined ? '' : CLASSES[mark]}${name !== undefined && name === chosen?.at ? ' fl-chosen' : ''}`.trim() ||
                      undefined
                    }
                    data-name={name}
                  >
                    {text}
                  </span>
                );
              })}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
      <span id={help} hidden>
        The arrow keys go from name to name and say its type; Escape closes it.
      </span>
      <div role="status">
        {chosen && (
          <div className="fl-type" style={{ left: chosen.left, top: chosen.top }}>
            <code>{chosen.piece.type}</code>
            {chosen.piece.docs && <p>{chosen.piece.docs}</p>}
          </div>
        )}
      </div>
    </div>
  );
}
