import { type AccessLog, ORDER, READ } from './access.ts';
import type { Grantable } from './engine.ts';

/** What actors have read in attempts that they may have to start over, and how often each object was written. */
export class Attempts {
  private readonly access: AccessLog;
  private readonly watched = new Map<number, Map<number, number>>();
  private readonly versions: number[] = [];

  constructor(access: AccessLog) {
    this.access = access;
  }

  /** `actor` begins an attempt. */
  begin(actor: number): void {
    this.watched.set(actor, new Map());
  }

  /** What `actor` waits for when its attempt has failed. */
  changed(actor: number): Changed {
    this.noteReads(actor);
    return new Changed(this, this.watched.get(actor) ?? new Map(), this.access);
  }

  /** How often an object has been written. */
  version(object: number): number {
    return this.versions[object] ?? 0;
  }

  /** Takes note of what the step that `actor` has just taken touched. */
  noteStep(actor: number): void {
    // Versions are compared, never read: nobody misses those from before the first attempt.
    if (this.watched.size === 0) return;
    const { objects, kinds, count } = this.access;
    const watched = this.watched.get(actor);
    for (let i = 0; i < count; i++) {
      if (kinds[i] === READ || kinds[i] >= ORDER) continue;
      const object = objects[i];
      this.versions[object] = this.version(object) + 1;
      // The actor's own writes do not make its next attempt end otherwise.
      if (watched?.has(object)) watched.set(object, this.versions[object]);
    }
    this.noteReads(actor);
  }

  private noteReads(actor: number): void {
    const watched = this.watched.get(actor);
    if (watched === undefined) return;
    const { objects, kinds, count } = this.access;
    for (let i = 0; i < count; i++) {
      if (kinds[i] === READ && !watched.has(objects[i])) watched.set(objects[i], this.version(objects[i]));
    }
  }
}

/** Waits until something that an attempt has read was written by another actor. */
export class Changed implements Grantable {
  private readonly attempts: Attempts;
  private readonly watched: ReadonlyMap<number, number>;
  private readonly access: AccessLog;

  constructor(attempts: Attempts, watched: ReadonlyMap<number, number>, access: AccessLog) {
    this.attempts = attempts;
    this.watched = watched;
    this.access = access;
  }

  canGrant(): boolean {
    for (const [object, version] of this.watched) if (this.attempts.version(object) !== version) return true;
    return false;
  }

  grant(): void {
    for (const [object, version] of this.watched) {
      if (this.attempts.version(object) !== version) this.access.note(object, ORDER);
    }
  }
}
