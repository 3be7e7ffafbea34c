import { type ReactElement, useState } from 'react';
import { MODEL_VERSION } from '../../model/version.ts';
import { citationOfPage } from './line.ts';

interface Props {
  readonly title: string;
  /** Path of the page, with the site's base. */
  readonly path: string;
  /** Where the site says that it lives; what the address bar says goes before it. */
  readonly origin: string;
}

/** At the foot of a page: a line to cite it by. */
export default function CitePage({ title, path, origin }: Props): ReactElement {
  const [here, setHere] = useState(origin);
  return (
    <details className="fl-save" onToggle={() => setHere(window.location.origin)}>
      <summary>Cite this page</summary>
      <p className="fl-note">
        <input
          readOnly
          aria-label="Line to cite this page by"
          value={citationOfPage(MODEL_VERSION, title, here + path)}
          onFocus={event => event.target.select()}
        />
      </p>
    </details>
  );
}
