import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import {
  appKey,
  SESSION_IDLE_MS,
  type AppRef,
  type Clock,
  type KeyedState,
  type LiveVersions,
  type StateWrite,
  type UserMessage,
} from '@vumi/core';

/** A pin that is in use is written anew after so long, and kept for so much longer. */
const RENEW_MS = 2 * 60 * 1000;
/** Sessions whose pins are known to be written. */
const MAX_REMEMBERED = 50_000;

export interface VersionChoicePorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  liveVersions(ref: AppRef): LiveVersions | null;
}

interface Written {
  readonly version: number;
  readonly at: number;
}

/**
 * Keeps a session on the version that it began with. The version is committed with the effects of each answer that
 * leaves the session open, and read only while sessions of other versions can be open: during a rollout, and after a
 * change until the last of them has ended.
 */
export class VersionChoice {
  readonly #ports: VersionChoicePorts;
  readonly #startedAt: number;
  /** What this process has written lately, so that not each message writes it; the oldest first. */
  readonly #written = new LRUCache<string, Written>({ max: MAX_REMEMBERED });
  /** By app: until when sessions of an earlier version may be open. */
  readonly #olderUntil = new Map<string, number>();

  constructor(ports: VersionChoicePorts) {
    this.#ports = ports;
    this.#startedAt = ports.clock();
  }

  /** The version to handle a message with; events and the like (`message` null) go to the active one. */
  async choose(ref: AppRef, message: UserMessage | null): Promise<number | null> {
    const live = this.#ports.liveVersions(ref);
    if (live === null) return null;
    if (message === null) return live.active;
    const fresh = versionOfNewcomer(ref, message.from_addr, live);
    if (message.session_event === 'new' || !this.#mayBeOlder(ref, live)) return fresh;
    const pinned = Number(await this.#ports.state.get(pinKey(ref, message)));
    // What is newer than all that is live was rolled back: everybody leaves it at once.
    if (pinned === 0 || pinned > Math.max(live.active, live.rollout?.version ?? 0)) return fresh;
    if (pinned !== live.active)
      this.#olderUntil.set(appKey(ref), this.#ports.clock() + SESSION_IDLE_MS + RENEW_MS);
    return pinned;
  }

  /** What is committed with the answers to a message, so that the session stays where it is or ends. */
  pin(
    ref: AppRef,
    message: UserMessage,
    to: { version: number; answers: readonly UserMessage[] },
  ): StateWrite[] {
    const answer = to.answers.findLast(({ in_reply_to }) => in_reply_to === message.message_id);
    if (answer === undefined) return [];
    const key = pinKey(ref, message);
    const known = this.#written.get(key);
    const now = this.#ports.clock();
    if (answer.session_event === 'close') {
      const mayBeThere = known !== undefined || now < this.#startedAt + SESSION_IDLE_MS + RENEW_MS;
      return mayBeThere ? [{ op: 'delete', key }] : [];
    }
    if (known?.version === to.version && now < known.at + RENEW_MS) return [];
    return [{ op: 'set', key, value: String(to.version), ttlMs: SESSION_IDLE_MS + RENEW_MS }];
  }

  /** What `pin` gave is written. */
  pinned(writes: readonly StateWrite[]): void {
    for (const write of writes) {
      this.#written.delete(write.key);
      if (write.op === 'set')
        this.#written.set(write.key, { version: Number(write.value), at: this.#ports.clock() });
    }
  }

  #mayBeOlder(ref: AppRef, { rollout, changedAt }: LiveVersions): boolean {
    if (rollout !== null) return true;
    if (changedAt === null) return false;
    const until = Math.max(changedAt, this.#startedAt) + SESSION_IDLE_MS + RENEW_MS;
    return this.#ports.clock() < Math.max(until, this.#olderUntil.get(appKey(ref)) ?? 0);
  }
}

function pinKey({ account, app }: AppRef, { transport_name, to_addr, from_addr }: UserMessage): string {
  return `session-version/${JSON.stringify([account, app, transport_name, to_addr, from_addr])}`;
}

/** A user falls on the same side of every rollout of an app, and of a growing one only ever from old to new. */
function versionOfNewcomer(ref: AppRef, user: string | null, { active, rollout }: LiveVersions): number {
  if (rollout === null) return active;
  const hash = createHash('sha256')
    .update(`${appKey(ref)}\u0000${user ?? ''}`)
    .digest()
    .readUInt32BE();
  return (hash / 2 ** 32) * 100 < rollout.percent ? rollout.version : active;
}
