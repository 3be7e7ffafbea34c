/** Replays the recordings that lie with the model. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Recording, readRecording } from '../../src/model/conformance/recording.ts';
import { replay } from '../../src/model/conformance/replay.ts';

/** What the replay of one recording came to. */
export interface Replayed {
  /** The recording's file, without its ending. */
  readonly name: string;
  readonly families: readonly string[];
  readonly cases: number;
  readonly ops: number;
  readonly mismatches: number;
  /** The machine it was made on. */
  readonly kernel: string;
  readonly backend: string;
  /** Day, as YYYY-MM-DD. */
  readonly recorded: string;
}

/** Replays every recording of a folder, in the order of their names. */
export function replayAll(folder: string): Replayed[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.json.gz'));
  return files.sort().map(file => {
    const recording = readRecording(
      JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString('utf8')),
    );
    const { families, cases, ops, mismatches } = replay(recording);
    return {
      name: file.replace('.json.gz', ''),
      families: families.map(({ family }) => family),
      cases,
      ops,
      mismatches,
      ...machineOf(recording),
    };
  });
}

function machineOf({ meta }: Recording): { kernel: string; backend: string; recorded: string } {
  const { kernelRelease, recordedAt } = meta as unknown as Record<string, unknown>;
  return {
    kernel: String(kernelRelease ?? meta.kernel),
    backend: meta.backend,
    recorded: String(recordedAt).slice(0, 10),
  };
}
