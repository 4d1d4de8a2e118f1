import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import {
  appKey,
  LONGEST_PIN_MS,
  SESSION_IDLE_MS,
  type AppRef,
  type Clock,
  type KeyedState,
  type LiveVersions,
  type StateWrite,
  type UserMessage,
} from '@vumi/core';
import type { TurnOrigin } from '../turns/effects-commit.ts';
import {
  readPin,
  talkOfKey,
  talkPinKey,
  talksOfTurn,
  userOfOpening,
  writePin,
  type TalkPlace,
} from './talks.ts';

/** A pin that is in use is written anew after so long, and kept for so much longer. */
const RENEW_MS = 2 * 60 * 1000;
/** The same for the pin of a conversation, which is kept as long as what it is remembered by. */
const RENEW_TALK_MS = 60 * 60 * 1000;
/** Sessions and conversations whose pins are known to be written. */
const MAX_REMEMBERED = 50_000;

export interface VersionChoicePorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  liveVersions(ref: AppRef): LiveVersions | null;
  /** Whether a version has conversations. */
  hasTalks(ref: AppRef, version: number): Promise<boolean>;
}

interface Written {
  readonly version: number;
  readonly at: number;
}

/** The version to run a turn on. */
export interface VersionToRun {
  readonly version: number;
  /** Where its conversation stays if it does not fit `version`; null: there is no way back. */
  readonly orElse: number | null;
}

/** What a turn has come to. */
interface TurnResult {
  readonly version: number;
  readonly answers: readonly UserMessage[];
  readonly writes: readonly StateWrite[];
}

/**
 * Keeps a session, and a conversation, on the version that it began with. The version is committed with the effects of each
 * turn that leaves them open, and read only while some of other versions can be open: during a rollout, and after a
 * change until the last of them has ended.
 */
export class VersionChoice {
  readonly #ports: VersionChoicePorts;
  readonly #startedAt: number;
  /** What this process has written lately, so that not each message writes it; the oldest first. */
  readonly #written = new LRUCache<string, Written>({ max: MAX_REMEMBERED });
  /** Conversations that do not fit a live version, so that it is not tried with each message. */
  readonly #unfit = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  /** By app: until when sessions of an earlier version may be open. */
  readonly #olderUntil = new Map<string, number>();

  constructor(ports: VersionChoicePorts) {
    this.#ports = ports;
    this.#startedAt = ports.clock();
  }

  /** The version to handle a message, a schedule or an event with; what belongs to no user goes to the active one. */
  async choose(ref: AppRef, turn: Pick<TurnOrigin, 'message' | 'schedule'>): Promise<VersionToRun | null> {
    const live = this.#ports.liveVersions(ref);
    if (live === null) return null;
    for (const place of talksOfTurn(turn)) {
      const ofTalk = await this.#ofTalk(ref, place, live);
      if (ofTalk !== null) return ofTalk;
    }
    const { message } = turn;
    if (message !== null) return { version: await this.#ofSession(ref, message, live), orElse: null };
    const newcomer = userOfOpening(turn);
    const version = newcomer === null ? live.active : versionOfNewcomer(ref, newcomer, live);
    return { version, orElse: null };
  }

  /** Whether new sessions go to one of two versions: then what they send says which it is from. */
  areTwoLive(ref: AppRef): boolean {
    return (this.#ports.liveVersions(ref)?.rollout ?? null) !== null;
  }

  /** A conversation does not fit the version that it was to move to: it stays where it is. */
  staysOn(ref: AppRef, turn: Pick<TurnOrigin, 'message' | 'schedule'>, { version }: VersionToRun): void {
    for (const place of talksOfTurn(turn)) this.#unfit.set(talkPinKey(ref, place), version);
  }

  /** What is committed with the effects of a turn, so that the session or conversation stays where it is or ends. */
  pin(ref: AppRef, { message }: Pick<TurnOrigin, 'message'>, result: TurnResult): StateWrite[] {
    const talks = this.#pinTalks(ref, result);
    return talks !== null || message === null ? (talks ?? []) : this.#pinSession(ref, message, result);
  }

  /** What `pin` gave is written. */
  pinned(writes: readonly StateWrite[]): void {
    for (const write of writes) {
      this.#written.delete(write.key);
      if (write.op === 'set')
        this.#written.set(write.key, {
          version: versionIn(write.value),
          at: this.#ports.clock(),
        });
    }
  }

  async #ofSession(ref: AppRef, message: UserMessage, live: LiveVersions): Promise<number> {
    const fresh = versionOfNewcomer(ref, message.from_addr, live);
    if (message.session_event === 'new' || !this.#mayBeOlder(ref, live)) return fresh;
    // Nobody is to stay on an earlier version.
    if (live.talks === 'restart' && live.rollout === null) return fresh;
    const pinned = Number(await this.#ports.state.get(pinKey(ref, message)));
    // What is newer than all that is live was rolled back: everybody leaves it at once.
    if (pinned === 0 || pinned > newest(live)) return fresh;
    if (pinned !== live.active)
      this.#olderUntil.set(appKey(ref), this.#ports.clock() + SESSION_IDLE_MS + RENEW_MS);
    return pinned;
  }

  /** Null where no conversation is open. */
  async #ofTalk(ref: AppRef, place: TalkPlace, live: LiveVersions): Promise<VersionToRun | null> {
    if (!(await this.#mayBeOnOlder(ref, live))) return null;
    const key = talkPinKey(ref, place);
    const { active, changedAt } = live;
    const known = this.#written.get(key);
    if (known?.version === active && known.at > (changedAt ?? 0)) return { version: active, orElse: null };
    const pin = await this.#ports.state.get(key);
    if (pin === null) return null;
    const pinned = versionIn(pin);
    const fresh = versionOfNewcomer(ref, place.user, live);
    if (this.#unfit.get(key) === fresh && pinned < fresh) return { version: pinned, orElse: null };
    return whereTo(live, { pinned, fresh });
  }

  /** Whether a conversation of another version than the active one can be open. */
  async #mayBeOnOlder(ref: AppRef, { rollout, changedAt, active }: LiveVersions): Promise<boolean> {
    const isOver = changedAt === null || this.#ports.clock() > changedAt + LONGEST_PIN_MS;
    return (rollout !== null || !isOver) && this.#ports.hasTalks(ref, active);
  }

  #pinSession(ref: AppRef, message: UserMessage, { version, answers }: TurnResult): StateWrite[] {
    const answer = answers.findLast(({ in_reply_to }) => in_reply_to === message.message_id);
    if (answer === undefined) return [];
    const key = pinKey(ref, message);
    const known = this.#written.get(key);
    const now = this.#ports.clock();
    if (answer.session_event === 'close') {
      const mayBeThere = known !== undefined || now < this.#startedAt + SESSION_IDLE_MS + RENEW_MS;
      return mayBeThere ? [{ op: 'delete', key }] : [];
    }
    if (known?.version === version && now < known.at + RENEW_MS) return [];
    return [{ op: 'set', key, value: String(version), ttlMs: SESSION_IDLE_MS + RENEW_MS }];
  }

  /** Null where the turn was of no conversation. */
  #pinTalks(ref: AppRef, { version, writes }: TurnResult): StateWrite[] | null {
    const pins: StateWrite[] = [];
    let isTalk = false;
    for (const write of writes) {
      const place = talkOfKey(ref, write.key);
      if (place === null) continue;
      isTalk = true;
      const key = talkPinKey(ref, place);
      const known = this.#written.get(key);
      if (write.op !== 'set') pins.push({ op: 'delete', key });
      else if (known?.version !== version || this.#ports.clock() > known.at + RENEW_TALK_MS)
        pins.push({
          op: 'set',
          key,
          value: writePin({ version, at: this.#ports.clock() }),
          ttlMs: (write.ttlMs ?? LONGEST_PIN_MS) + RENEW_TALK_MS,
        });
    }
    return isTalk ? pins : null;
  }

  #mayBeOlder(ref: AppRef, { rollout, changedAt }: LiveVersions): boolean {
    if (rollout !== null) return true;
    if (changedAt === null) return false;
    const until = Math.max(changedAt, this.#startedAt) + SESSION_IDLE_MS + RENEW_MS;
    return this.#ports.clock() < Math.max(until, this.#olderUntil.get(appKey(ref)) ?? 0);
  }
}

/** Where a conversation goes that is open on the version `pinned`. */
function whereTo(live: LiveVersions, { pinned, fresh }: { pinned: number; fresh: number }): VersionToRun {
  const { active, rollout, talks } = live;
  // What is newer than all that is live was rolled back.
  if (pinned > newest(live)) return { version: fresh, orElse: null };
  if (pinned === active || pinned === rollout?.version || talks === 'pin')
    return { version: pinned, orElse: null };
  return { version: fresh, orElse: talks === 'move' ? pinned : null };
}

/** Of the pin of a session, or of a conversation. */
function versionIn(pin: string): number {
  return pin.startsWith('[') ? readPin(pin).version : Number(pin);
}

function newest({ active, rollout }: LiveVersions): number {
  return Math.max(active, rollout?.version ?? 0);
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
