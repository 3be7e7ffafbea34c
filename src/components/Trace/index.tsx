import { type ReactNode, useState } from 'react';
import type { TimelineLane } from '../../model/experiments/view.ts';
import type { Destination } from '../../views/trace.ts';

interface Props {
  readonly title: string;
  /** Made when the reader asks for the trace. */
  readonly lanes: () => readonly TimelineLane[];
}

/** Ways to take lanes to a viewer of traces. Nothing is asked of another site before its button is pressed. */
export default function Trace({ title, lanes }: Props): ReactNode {
  const [says, setSays] = useState('');
  const send = (to: Destination) => {
    import('../../views/trace.ts')
      .then(({ sendTrace }) => sendTrace(title, lanes(), to))
      .catch(error => `That failed: ${error instanceof Error ? error.message : error}.`)
      .then(setSays);
  };
  return (
    <details className="fl-trace">
      <summary>As a trace</summary>
      <p className="fl-help">
        Chrome trace-event JSON. “Open in Perfetto” opens ui.perfetto.dev, a site of others, in a new window
        and hands it this trace.
      </p>
      <div className="fl-save-actions">
        <button type="button" onClick={() => send('save')}>
          Save trace.json
        </button>
        <button type="button" onClick={() => send('perfetto')}>
          Open in Perfetto
        </button>
      </div>
      <p className="fl-note" aria-live="polite">
        {says}
      </p>
    </details>
  );
}
