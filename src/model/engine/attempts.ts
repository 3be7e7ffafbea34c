import { type AccessLog, ORDER, READ } from './access.ts';
import type { WordSource } from './arena.ts';
import type { Grantable } from './engine.ts';

/** Objects that have a version to begin with; most races have fewer. */
const OBJECTS = 512;

/** What one actor has touched since its attempt began: objects, and how often each had been written by then. */
class Attempt {
  private count = 0;
  /** Objects read; those written by the actor itself as ~object. */
  private readonly objects: number[] = [];
  private readonly versions: number[] = [];

  clear(): void {
    this.count = 0;
  }

  noteRead(object: number, version: number): void {
    this.objects[this.count] = object;
    this.versions[this.count++] = version;
  }

  noteOwnWrite(object: number, version: number): void {
    this.noteRead(~object, version);
  }

  /** Objects read, in the order of their first reads, with the versions that the attempt knows of. */
  reads(): Map<number, number> {
    const out = new Map<number, number>();
    for (let i = 0; i < this.count; i++) {
      const object = this.objects[i];
      if (object >= 0) {
        if (!out.has(object)) out.set(object, this.versions[i]);
      } else if (out.has(~object)) {
        // The actor's own writes do not make its next attempt end otherwise.
        out.set(~object, this.versions[i]);
      }
    }
    return out;
  }
}

/**
 * What actors have read in attempts that they may have to start over, and how often each object was written.
 *
 * Every step of a search comes by here, and few attempts start over: so accesses are only written down, and what an
 * attempt depends on is worked out when it waits.
 */
export class Attempts {
  private readonly access: AccessLog;
  private readonly words: WordSource;
  private readonly byActor: (Attempt | undefined)[] = [];
  /** By object. Compared, never read: nobody misses writes from before the first attempt. */
  private versions: Int32Array | null = null;

  constructor(access: AccessLog, words: WordSource) {
    this.access = access;
    this.words = words;
  }

  /** `actor` begins an attempt. */
  begin(actor: number): void {
    this.versions ??= this.words.take(OBJECTS);
    const before = this.byActor[actor];
    if (before === undefined) this.byActor[actor] = new Attempt();
    else before.clear();
  }

  /** What `actor` waits for when its attempt has failed. */
  changed(actor: number): Changed {
    return new Changed(this, actor, this.access);
  }

  /** How often an object has been written. */
  version(object: number): number {
    const { versions } = this;
    return versions !== null && object < versions.length ? versions[object] : 0;
  }

  /** What the attempt of `actor` has read, with the versions that it knows of. */
  readsOf(actor: number): ReadonlyMap<number, number> {
    return this.byActor[actor]?.reads() ?? new Map();
  }

  /** Takes note of what the step that `actor` has just taken touched. */
  noteStep(actor: number): void {
    if (this.versions === null) return;
    const { objects, kinds, count } = this.access;
    const attempt = this.byActor[actor];
    for (let i = 0; i < count; i++) {
      if (kinds[i] === READ || kinds[i] >= ORDER) continue;
      const version = this.bump(objects[i]);
      attempt?.noteOwnWrite(objects[i], version);
    }
    if (attempt === undefined) return;
    for (let i = 0; i < count; i++) {
      if (kinds[i] === READ) attempt.noteRead(objects[i], this.version(objects[i]));
    }
  }

  private bump(object: number): number {
    let versions = this.versions!;
    if (object >= versions.length) {
      let length = versions.length;
      while (length <= object) length *= 2;
      versions = this.words.take(length);
      versions.set(this.versions!);
      this.versions = versions;
    }
    return ++versions[object];
  }
}

/** Waits until something that an attempt has read was written by another actor. */
export class Changed implements Grantable {
  private readonly attempts: Attempts;
  private readonly actor: number;
  private readonly access: AccessLog;
  private watched: ReadonlyMap<number, number> | null = null;

  constructor(attempts: Attempts, actor: number, access: AccessLog) {
    this.attempts = attempts;
    this.actor = actor;
    this.access = access;
  }

  canGrant(): boolean {
    for (const [object, version] of this.reads) if (this.attempts.version(object) !== version) return true;
    return false;
  }

  grant(): void {
    for (const [object, version] of this.reads) {
      if (this.attempts.version(object) !== version) this.access.note(object, ORDER);
    }
  }

  /** First asked for when the step that began to wait is over: what that has read counts too. */
  private get reads(): ReadonlyMap<number, number> {
    this.watched ??= this.attempts.readsOf(this.actor);
    return this.watched;
  }
}
