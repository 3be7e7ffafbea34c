/** Searches and plays races beside the page, one request after another. To stop one, the page ends the worker. */
import { followSchedule } from '../../model/races/beside.ts';
import { findRace } from '../../model/races/index.ts';
import { playSchedule } from '../../model/races/playback.ts';
import { findDesign, searchRace } from '../../model/races/race.ts';
import { machineViews } from './machineViews.ts';
import type { Reply, Request } from './messages.ts';

/** Transitions between two reports. */
const STRIDE = 20_000;

const reply = (message: Reply) => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    const race = findRace(data.race);
    const design = race && findDesign(race, data.design);
    if (!race || !design) throw new Error(`there is no race "${data.race}" with a design "${data.design}"`);
    if (data.kind === 'play') {
      const playback = playSchedule(race, design, data.schedule, machineViews);
      const other = data.beside === undefined ? undefined : findDesign(race, data.beside);
      const followed = other && followSchedule(race, other, playback.steps, machineViews);
      reply({ kind: 'played', playback, followed });
      return;
    }
    const start = performance.now();
    const search = searchRace(race, design);
    while (!search.advance(STRIDE)) {
      reply({ kind: 'progress', schedules: search.schedules, transitions: search.transitions });
    }
    const { finalStates: _, ...result } = search.result();
    reply({ kind: 'explored', result, milliseconds: performance.now() - start });
  } catch (error) {
    reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
