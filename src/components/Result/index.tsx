import type { ReactNode } from 'react';
import { keyOf, type Query } from './query.ts';

interface Props extends Query {
  /** Filled in by plugins/experiments: the results this page asks for, by query. */
  readonly results: Readonly<Record<string, string>>;
}

/** A number of an experiment's run, in running text. Nobody types it: the build computes it. */
export default function Result({ results, ...query }: Props): ReactNode {
  const key = keyOf(query);
  const text = results[key];
  if (text === undefined) throw new Error(`<Result> ${key}: the build computed no such result`);
  return (
    <span className="fl-result" data-result={key} title="Computed by the model when this page was built">
      {text}
    </span>
  );
}
