import type { View } from '../../model/experiments/view.ts';
import type { Followed } from '../../model/races/beside.ts';
import type { Playback } from '../../model/races/playback.ts';
import type { Explored } from './definition.ts';

/** A schedule that was played, with the figures of each moment. */
export type PlayedRace = Playback<readonly View[]>;

/** The same schedule as another protocol takes it. */
export type FollowedRace = Followed<readonly View[]>;

/** What the page asks of the worker. */
export type Request =
  | { readonly kind: 'explore'; readonly race: string; readonly design: string }
  | {
      readonly kind: 'play';
      readonly race: string;
      readonly design: string;
      readonly schedule: string;
      /** A second protocol that takes the same steps. */
      readonly beside?: string;
    };

/** What the worker answers. */
export type Reply =
  | { readonly kind: 'progress'; readonly schedules: number; readonly transitions: number }
  | { readonly kind: 'explored'; readonly result: Explored; readonly milliseconds: number }
  | { readonly kind: 'played'; readonly playback: PlayedRace; readonly followed?: FollowedRace }
  | { readonly kind: 'failed'; readonly message: string };
