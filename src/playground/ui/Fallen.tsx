import type { ReactElement } from 'react';
import type { Program } from '../program.ts';
import { StaticCode } from './StaticCode.tsx';

interface FallenProps {
  readonly program: Program;
  readonly why: string;
  retry(): void;
}

/** What stands in the place of a playground that failed: why, and the program with its output all the same. */
export function Fallen({ program, why, retry }: FallenProps): ReactElement {
  return (
    <section className="fl-pg" aria-label={`Program ${program.file}`}>
      <div className="fl-pg-notice" role="alert">
        This playground failed: {why}.{' '}
        <button type="button" className="fl-pg-text-button" onClick={retry}>
          Try again
        </button>
      </div>
      <StaticCode
        text={program.source}
        marks={program.marks}
        label={`Source of ${program.file}`}
        problems={[]}
      />
      <div
        className="fl-pg-output"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn at build time by the same code that draws a run
        dangerouslySetInnerHTML={{ __html: program.recorded.html }}
      />
    </section>
  );
}
