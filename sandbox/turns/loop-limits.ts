import type { Chain } from '@vumi/core';
import type { GuestLogLine } from '../effects.ts';
import type { LoadedApp } from '../apps/app.ts';
import { UserRate } from './user-rate.ts';

/** Messages an hour: more than a person writes, who waits for each answer. */
const HUMAN_PACE = 300;
/**
 * Events of one chain that are handled in an hour, a fifth of them at once, for each generation that is allowed: a handler
 * may send several messages at once.
 */
const EVENTS_PER_GENERATION = 50;
/** Events and schedules of one app that are tried again in an hour, a fifth of them at once. Each keeps a place meanwhile. */
const RETRIES_PER_HOUR = 500;

/** Words for the author. */
const OF_EVENTS = {
  does: 'onEvent sends messages because of events about messages that it sent because of events',
  drops: 'its events are dropped',
};
const OF_OPTOUTS: typeof OF_EVENTS = {
  does: 'onOptOut or onOptIn changes who has opted out, of which they are told again',
  drops: 'the app is told no more of it',
};

/** What is to be done with a message or an event. */
export interface Judgement {
  /** Why it is dropped; null when it is handled. */
  readonly reason: string | null;
  /** For the author, when it begins. */
  readonly line: GuestLogLine | null;
}

export const FINE: Judgement = { reason: null, line: null };

function dropped(reason: string, isFirst: boolean): Judgement {
  const line: GuestLogLine = { level: 'error', text: reason, fields: { reason: 'pace' } };
  return { reason, line: isFirst ? line : null };
}

function warned(text: string): Judgement {
  return { reason: null, line: { level: 'warn', text, fields: { reason: 'pace' } } };
}

/** Knows loops by their pace: what goes on faster than anybody wants it. */
export class LoopLimits {
  readonly #users = new UserRate();
  readonly #people = new UserRate();
  readonly #chains = new UserRate();
  readonly #told = new UserRate();
  readonly #retries = new UserRate();

  /**
   * Whether the user has sent more than the app takes of anybody: nothing is answered then, or a loop would go on. Of what
   * no person does but the limit allows only the author is told.
   */
  judgeUser({ key, limits }: LoadedApp, user: string, now: number): Judgement {
    const most = limits.user_messages;
    const name = `${key} ${user}`;
    const verdict = this.#users.judge(name, most, now);
    if (verdict !== 'handled') {
      const reason =
        `more than ${most} messages within an hour from ${user}, or a fifth of them at once: this may be a loop of ` +
        'programs that answer each other, so they are dropped (limit user_messages)';
      return dropped(reason, verdict === 'first');
    }
    if (this.#people.judge(name, HUMAN_PACE, now) !== 'first') return FINE;
    const text =
      `more than ${HUMAN_PACE} messages within an hour from ${user}, or a fifth of them at once: if this is a loop of ` +
      'programs that answer each other, the limit user_messages of vumi.json or of the plan ends it';
    return warned(text);
  }

  /** Whether an event is one of a chain that the app goes on with for ever. Half way its author is warned. */
  judgeEvent(app: LoadedApp, chain: Chain, now: number): Judgement {
    return this.#judgeChain(app, chain, now, OF_EVENTS);
  }

  /** The same of who is opted out and in by handlers that are told of just that. */
  judgeOptout(app: LoadedApp, chain: Chain, now: number): Judgement {
    return this.#judgeChain(app, chain, now, OF_OPTOUTS);
  }

  #judgeChain(
    { key, limits }: LoadedApp,
    { root, generation }: Chain,
    now: number,
    { does, drops }: typeof OF_EVENTS,
  ): Judgement {
    const most = limits.generations;
    const name = `${key} ${root}`;
    if (generation >= most || this.#chains.judge(name, most * EVENTS_PER_GENERATION, now) !== 'handled') {
      const reason = `${does}, more than ${most} times in a row: this may be a loop, so ${drops} (limit generations)`;
      return dropped(reason, this.isNew(`end ${name}`, now));
    }
    if (generation < most / 2 || !this.isNew(name, now)) return FINE;
    const text = `${does}, ${Math.round(generation)} times in a row: if this is a loop, it ends at ${most} (limit generations)`;
    return warned(text);
  }

  /** Whether this was not said within the last hour. */
  isNew(name: string, now: number): boolean {
    return this.#told.judge(name, 1, now) === 'handled';
  }

  /** Whether one more event or schedule of the app that failed may be tried again. */
  mayRetry({ key }: LoadedApp, now: number): boolean {
    return this.#retries.judge(key, RETRIES_PER_HOUR, now) === 'handled';
  }
}
