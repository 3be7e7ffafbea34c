/** Which programs of the site a link is meant for, and what it puts in them. */
import { LEFT, OWN, RIGHT } from '../program.ts';
import type { LinkState } from './state.ts';

/** Texts by the id of the program that they are for; none where the link carries no program. */
export function carried(state: LinkState): ReadonlyMap<string, string> {
  switch (state.kind) {
    case 'program':
      return new Map([[state.page ?? OWN, state.source]]);
    case 'pair':
      return new Map([
        [LEFT, state.left],
        [RIGHT, state.right],
      ]);
    default:
      return new Map();
  }
}

/** What a link to one program carries. */
export function programState(id: string, source: string): LinkState {
  return id === OWN ? { kind: 'program', source } : { kind: 'program', page: id, source };
}
