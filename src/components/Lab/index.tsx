import { useHistory, useLocation } from '@docusaurus/router';
import useIsBrowser from '@docusaurus/useIsBrowser';
import left from '@generated/playgrounds/default/lab--left.json';
import own from '@generated/playgrounds/default/lab--own.json';
import right from '@generated/playgrounds/default/lab--right.json';
import { type ReactElement, useCallback } from 'react';
import { MODEL_VERSION } from '../../model/version.ts';
import { OWN } from '../../playground/program.ts';
import { type Example, LabView } from '../../playground/ui/LabView.tsx';
import '../../playground/playground.css';
import { loadRunner, loadTypes } from '../Playground/runner.ts';
import { takeProgram } from '../Playground/takeProgram.tsx';

/** Wall time in ms a run may take here, where readers come with more to compute. */
const MILLISECONDS = 60_000;

const PAIR = [left, right] as const;

const EXAMPLES: readonly Example[] = [
  {
    id: 'lab/sweep',
    title: 'A sweep, as a plot',
    load: async () => (await import('@generated/playgrounds/default/lab--sweep.json')).default,
  },
  {
    id: 'lab/race',
    title: 'A race to explore',
    load: async () => (await import('@generated/playgrounds/default/lab--race.json')).default,
  },
  {
    id: 'lab/timeline',
    title: 'A timeline',
    load: async () => (await import('@generated/playgrounds/default/lab--timeline.json')).default,
  },
  {
    id: 'lab/memory-map',
    title: 'A memory map',
    load: async () => (await import('@generated/playgrounds/default/lab--memory-map.json')).default,
  },
  {
    id: 'debates/private-memory/first',
    title: 'Private memory',
    load: async () =>
      (await import('@generated/playgrounds/default/debates--private-memory--first.json')).default,
  },
  {
    id: 'debates/shared-only/skip-by-type',
    title: 'Shared-only guests',
    load: async () =>
      (await import('@generated/playgrounds/default/debates--shared-only--skip-by-type.json')).default,
  },
  {
    id: 'debates/memory-type/write-combining',
    title: 'Memory types',
    load: async () =>
      (await import('@generated/playgrounds/default/debates--memory-type--write-combining.json')).default,
  },
  {
    id: 'debates/pinning/slot-update',
    title: 'Pinning',
    load: async () =>
      (await import('@generated/playgrounds/default/debates--pinning--slot-update.json')).default,
  },
  {
    id: 'debates/userfault/one-queue',
    title: 'Userfaults',
    load: async () =>
      (await import('@generated/playgrounds/default/debates--userfault--one-queue.json')).default,
  },
];

/** The full-page lab. `?program=ID` chooses what it begins with, `?program=two` two programs. */
export default function Lab(): ReactElement {
  const alive = useIsBrowser();
  const { hash, pathname, search } = useLocation();
  const history = useHistory();
  const setFragment = useCallback(
    (fragment: string) => history.replace({ pathname, search, hash: fragment }),
    [history, pathname, search],
  );
  const choose = useCallback(
    (id: string) => history.push({ pathname, search: id === OWN ? '' : `?program=${id}`, hash: '' }),
    [history, pathname],
  );
  return (
    <LabView
      own={own}
      pair={PAIR}
      examples={EXAMPLES}
      milliseconds={MILLISECONDS}
      model={MODEL_VERSION}
      runner={loadRunner}
      types={loadTypes}
      fragment={alive ? hash : ''}
      setFragment={setFragment}
      chosen={(alive && new URLSearchParams(search).get('program')) || OWN}
      choose={choose}
      alive={alive}
      takeaway={takeProgram}
    />
  );
}
