import Head from '@docusaurus/Head';
import Link from '@docusaurus/Link';
import { useLocation } from '@docusaurus/router';
import { embeds } from '@embeds';
import LayoutProvider from '@theme/Layout/Provider';
import {
  type ComponentProps,
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useRef,
  useState,
} from 'react';
import { incoming } from '../../playground/link/incoming.ts';
import type { LinkState } from '../../playground/link/state.ts';
import { OWN } from '../../playground/program.ts';
import './embed.css';
import type { HeightMessage } from './snippet.ts';

const Experiment = lazy(() => import('../Experiment/index.tsx'));
const Race = lazy(() => import('../Race/index.tsx'));
const Pair = lazy(() => import('../Lab/Pair.tsx'));
const Playground = lazy(() => import('../Playground/index.tsx'));

/** What is shown: the thing's data, and the page of the site that it comes from. */
interface Shown {
  readonly state: LinkState;
  readonly data: unknown;
  readonly page: string;
}

/** What a state is of, as the registry names it. */
function keyOf(state: LinkState): string {
  if (state.kind === 'pair') return 'pair of programs';
  return `${state.kind} ${state.kind === 'program' ? (state.page ?? OWN) : state.id}`;
}

/** Loads what the address's state is of; undefined where there is nothing to show. */
function useShown(hash: string): { shown?: Shown; wrong?: string } {
  const [found, setFound] = useState<{ shown?: Shown; wrong?: string }>({});
  useEffect(() => {
    let current = true;
    incoming(hash)
      .then(async decoded => {
        if (!decoded) return { wrong: 'The address of this frame names nothing to show.' };
        if (!decoded.ok) return { wrong: decoded.message };
        const key = keyOf(decoded.state);
        const entry = Object.hasOwn(embeds, key) ? embeds[key] : undefined;
        if (!entry) return { wrong: `There is no ${key} on this site, or no longer.` };
        const { default: data } = await entry.load();
        return { shown: { state: decoded.state, data, page: entry.page } };
      })
      .catch(() => ({ wrong: 'A part of this site could not be loaded.' }))
      .then(next => current && setFound(next));
    return () => {
      current = false;
    };
  }, [hash]);
  return found;
}

/** Tells the page around this one how high its main part is; the page itself is as high as its frame. */
function useHeight(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = main.current;
    if (!element || window.parent === window) return;
    const observer = new ResizeObserver(() => {
      const height = element.offsetTop + element.offsetHeight;
      const message: HeightMessage = { type: 'faultlines:height', height };
      // Anybody may know how high a public page is.
      window.parent.postMessage(message, '*');
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [main]);
}

function Thing({ state, data }: Shown): ReactNode {
  switch (state.kind) {
    case 'experiment':
      return (
        <Experiment id={state.id} definition={data as ComponentProps<typeof Experiment>['definition']} />
      );
    case 'race':
      return <Race id={state.id} definition={data as ComponentProps<typeof Race>['definition']} />;
    case 'pair':
      return <Pair pair={data as ComponentProps<typeof Pair>['pair']} />;
    case 'program':
      return <Playground program={data as ComponentProps<typeof Playground>['program']} />;
  }
}

function Framed(): ReactNode {
  const { hash } = useLocation();
  const { shown, wrong } = useShown(hash);
  const main = useRef<HTMLElement>(null);
  useHeight(main);
  return (
    <main className="fl-embed markdown" ref={main}>
      <h1>A figure of Faultlines</h1>
      <p className="fl-embed-source">
        From{' '}
        <Link to={`/${shown?.page ?? ''}${shown ? hash : ''}`} target="_blank" rel="noopener">
          Faultlines{shown ? ', with all that is around it' : ''}
        </Link>
        , a model of KVM guest memory.
      </p>
      {wrong !== undefined && <p role="status">{wrong}</p>}
      {shown && (
        <Suspense fallback={<p>Loading …</p>}>
          <Thing {...shown} />
        </Suspense>
      )}
    </main>
  );
}

/**
 * The page for other people's frames: one experiment, race or program in the state that its link says, and a way to the
 * page that it comes from. It has no frame of its own around it, and nothing runs before a click.
 */
export default function Embed(): ReactNode {
  return (
    <LayoutProvider>
      <Head>
        <title>A figure of Faultlines</title>
        <meta
          name="description"
          content="One experiment, race or program of Faultlines, for other people’s pages."
        />
        <meta name="robots" content="noindex" />
      </Head>
      <Framed />
    </LayoutProvider>
  );
}
