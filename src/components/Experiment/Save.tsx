import useBaseUrl from '@docusaurus/useBaseUrl';
import { type FocusEvent, type ReactNode, type RefObject, useState } from 'react';
import type { AnyValues } from '../../model/experiments/params.ts';
import type { Format } from './save.ts';
import type { Beside } from './useLink.ts';

interface Props {
  readonly id: string;
  readonly question: string;
  readonly values: AnyValues;
  /** The comparison or the sweep that is open. */
  readonly beside: Beside;
  /** Where the first figure stands. */
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly alive: boolean;
}

const loadSave = () => import('./save.ts');

const FORMATS: readonly (readonly [format: Format, what: string])[] = [
  ['csv', 'Rows as CSV'],
  ['json', 'Rows as JSON'],
  ['svg', 'Figure as SVG'],
  ['png', 'Figure as PNG'],
];

function selectAll({ target }: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) {
  target.select();
}

/** Buttons to take the rows, the figure or a citation away. */
export default function Save({ id, question, values, beside, frame, alive }: Props): ReactNode {
  const [says, setSays] = useState('');
  const [cited, setCited] = useState('');
  const [snippet, setSnippet] = useState('');
  const base = useBaseUrl('/');
  const failed = (error: unknown) =>
    setSays(`Nothing was saved: ${error instanceof Error ? error.message : error}.`);
  const embed = () => {
    loadSave()
      .then(({ embedding }) => embedding({ kind: 'experiment', id, values, ...beside }, question, base))
      .then(text => {
        setSnippet(text);
        setCited('');
        setSays('');
      }, failed);
  };
  const save = (format: Format) => {
    setCited('');
    setSnippet('');
    loadSave()
      .then(({ save }) => save(format, id, values, frame.current))
      .then(name => setSays(`Saved as ${name}.`), failed);
  };
  const cite = () => {
    loadSave()
      .then(({ citation }) => citation(id, question, values))
      .then(line => {
        setCited(line);
        setSnippet('');
        setSays('');
      }, failed);
  };
  return (
    <details className="fl-save">
      <summary>Save, cite or embed</summary>
      <div className="fl-save-actions">
        {FORMATS.map(([format, what]) => (
          <button key={format} type="button" disabled={!alive} onClick={() => save(format)}>
            {what}
          </button>
        ))}
        <button type="button" disabled={!alive} onClick={cite}>
          Citation
        </button>
        <button type="button" disabled={!alive} onClick={embed}>
          Embed
        </button>
      </div>
      <p className="fl-note" aria-live="polite">
        {says}
      </p>
      {snippet !== '' && (
        <p className="fl-note">
          For a page of your own; the script gives the frame its height.
          <textarea readOnly aria-label="Snippet to embed" rows={8} value={snippet} onFocus={selectAll} />
        </p>
      )}
      {cited !== '' && (
        <p className="fl-note">
          <input readOnly aria-label="Citation" value={cited} onFocus={selectAll} />
        </p>
      )}
    </details>
  );
}
