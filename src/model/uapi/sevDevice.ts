import { settled } from '../engine/settled.ts';
import type { Actor } from '../engine/step.ts';
import { EBADF } from '../host/errno.ts';
import { OpenFile } from './openFile.ts';
import type { Process, Thread } from './process.ts';

/** /dev/sev: whoever has it open may give the firmware commands (drivers/crypto/ccp/sev-dev.c). */
class SevDevice extends OpenFile {
  readonly kind = 'sev';

  protected override release(): Actor {
    return settled(undefined);
  }
}

/** open of /dev/sev: a descriptor. */
export function* openSev({ process }: Thread): Actor<number> {
  yield process.mm.costs.systemCall;
  return process.install(new SevDevice());
}

/** Whether a command may go through a descriptor: 0, or -EBADF (sev_issue_cmd_external_user). */
export function issueThrough(process: Process, fd: number): number {
  return process.file(fd) instanceof SevDevice ? 0 : -EBADF;
}
