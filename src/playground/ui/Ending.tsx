import { type ReactElement, useEffect, useRef } from 'react';

/** Shown only when a run takes so long that somebody would wonder. */
export function Running({ progress }: { readonly progress: number | undefined }): ReactElement {
  return (
    <p className="fl-pg-running">
      Running… <progress aria-label="Progress of the run" value={progress} max={1} />
      {progress !== undefined && ` ${Math.floor(progress * 100)} %`}
    </p>
  );
}

/** The link, selected, for readers whose clipboard cannot be written. */
export function LinkField({ link }: { readonly link: string }): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another link is selected anew
  useEffect(() => field.current?.select(), [link]);
  return <input ref={field} className="fl-pg-link" aria-label="Link to this program" readOnly value={link} />;
}
