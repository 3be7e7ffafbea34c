import type { Playback } from '../../model/races/playback.ts';
import type { Explored } from './definition.ts';

/** What the page asks of the worker. */
export type Request =
  | { readonly kind: 'explore'; readonly race: string; readonly design: string }
  | { readonly kind: 'play'; readonly race: string; readonly design: string; readonly schedule: string };

/** What the worker answers. */
export type Reply =
  | { readonly kind: 'progress'; readonly schedules: number; readonly transitions: number }
  | { readonly kind: 'explored'; readonly result: Explored; readonly milliseconds: number }
  | { readonly kind: 'played'; readonly playback: Playback }
  | { readonly kind: 'failed'; readonly message: string };
