import { OPEN_TALKS, TALK_KEY, type OpenTalks } from '@vumi/core/talks';
import type { App, EventApp } from '../app.ts';
import type { Timer } from '../schedule.ts';
import { begunOver, cancelTimers, keyOf, timerChannel, type Channel } from './channel.ts';
import { unpackTalk, type Talk } from './journal.ts';
import { placeIn } from './screen-names.ts';
import type { Screen } from './talk.ts';

/** Whom to write to, and how. */
export interface ConverseOptions {
  /** The address of the user. */
  readonly user: string;
  /** Which of the app's ways out: that of a network which can be written to. `default` when absent. */
  readonly endpoint?: string;
  /** Where he is in a conversation already: nothing happens (`skip`, the default), or that one ends without a word. */
  readonly busy?: 'skip' | 'replace';
}

/** Where a user is in a conversation. */
export interface OpenTalk {
  readonly screen: string;
  /** By its `id`, `ask "name"`, else `ask number 2`. */
  readonly question: string;
  /** Questions that he has answered. */
  readonly answered: number;
  /** When the open question was asked, milliseconds since the epoch. */
  readonly since: number;
}

/** Conversations that users are in. */
export interface Talks {
  /**
   * Where a user is, or null: he is in none. Of several, on several numbers, that with the newest question.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.talks.of('+27820001111'); // → null
   *     await message.reply('Nobody talks there.');
   *   },
   *   screens: { join: async (app) => `Welcome, ${await app.ask('Your name?')}.` },
   * });
   * // > hi
   * // < Nobody talks there.
   */
  of(address: string): Promise<OpenTalk | null>;
  /**
   * Ends what a user is in, without a word to him, in line with his messages.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.talks.end('+27820001111');
   *     await message.reply('It is over for them.');
   *   },
   *   screens: { join: async (app) => `Welcome, ${await app.ask('Your name?')}.` },
   * });
   * // > hi
   * // < It is over for them.
   */
  end(address: string): Promise<void>;
}

/** What handlers of an app that has conversations can do with those of its users. */
export interface Overseeing {
  readonly talks: Talks;
}

/** What `onSchedule` and `onEvent` can do, beside, in an app that has conversations. */
export interface Opening extends Overseeing {
  /**
   * Writes to a user first: begins a screen with him, in line with his messages. Not where he has opted out.
   *
   * @throws Rejects where there is no such screen, and where the endpoint leads to a network that cannot be
   * written to, such as USSD.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.schedule.once('visit', { in: 3600, user: message.from_addr });
   *     await message.reply('Until later.');
   *   },
   *   async onSchedule(timer, app) {
   *     if (timer.user !== null) await app.converse('checkup', { visit: '2' }, { user: timer.user });
   *   },
   *   screens: { checkup: async (app, { visit }) => `Visit ${visit}: ${await app.ask('How are you?')}` },
   * });
   * // > hi
   * // < Until later.
   * // wait 61 minutes
   * // < How are you?
   * // > Well
   * // < Visit 2: Well
   */
  converse(screen: string, params: Readonly<Record<string, string>>, options: ConverseOptions): Promise<void>;
}

type Screens = Readonly<Record<string, Screen>>;
type About = Readonly<Record<string, unknown>>;

const BEGIN = 'begin';
const END = 'end';

/** What a user is in, by his numbers; and the kind of network behind an endpoint, null where that is not known. */
function openTalks(app: EventApp, user: string, endpoint?: string): Promise<OpenTalks> {
  const ask = (app as EventApp & { readonly [OPEN_TALKS]?: AskOpenTalks })[OPEN_TALKS];
  if (ask === undefined)
    throw new Error('this platform is too old: it does not tell which conversations are open');
  return ask(user, endpoint);
}
type AskOpenTalks = (user: string, endpoint?: string) => Promise<OpenTalks>;

/** The app with more members; those that are asked anew each time, as its language, stay so. */
function extended<A extends EventApp, M extends object>(app: A, members: M): A & M {
  const copy = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(app)) as A;
  return Object.assign(copy, members);
}

export function overseeing<A extends EventApp>(app: A): A & Overseeing {
  return extended(app, {
    talks: {
      of: async (address: string) => whereIn(await openTalks(app, addressOf(address, 'app.talks.of'))),
      end: async (address: string) => {
        const user = addressOf(address, 'app.talks.end');
        await app.schedule.once(`${TALK_KEY}${END}`, { in: 0, user, data: { kind: END } });
      },
    },
  });
}

export function opening<A extends EventApp>(app: A, screens: Screens): A & Opening {
  const converse: Opening['converse'] = async (name, given, options) => {
    const { screen, params } = placeIn(screens, name, given);
    const { endpoint = 'default', busy = 'skip' } = options ?? {};
    const user = addressOf(options?.user, 'app.converse');
    checkNetwork(endpoint, (await openTalks(app, user, endpoint)).network);
    const data = { kind: BEGIN, screen, params: { ...params }, endpoint, busy };
    await app.schedule.once(`${TALK_KEY}${BEGIN}:${screen}`, { in: 0, user, data });
  };
  return extended(overseeing(app), { converse });
}

function addressOf(given: unknown, verb: string): string {
  if (typeof given === 'string' && given !== '') return given;
  throw new TypeError(`${verb} needs the address of a user, such as "+27761234567"`);
}

function checkNetwork(endpoint: string, network: string | null): void {
  if (network === 'ussd')
    throw new TypeError(
      `endpoint "${endpoint}" leads to USSD, which cannot be written to: give the endpoint of a network that can`,
    );
}

function whereIn({ talks }: OpenTalks): OpenTalk | null {
  const newest = known(talks).sort(([, one], [, other]) => other.wait.since - one.wait.since)[0]?.[1];
  const screen = newest?.frames.at(-1)?.screen;
  if (newest === undefined || screen === undefined) return null;
  const { answers, wait } = newest;
  return { screen, question: wait.tag, answered: answers, since: wait.since };
}

function known(talks: OpenTalks['talks']): [to: string, talk: Talk][] {
  return talks.flatMap(([to, kept]) => {
    const talk = unpackTalk(kept);
    return talk === null ? [] : [[to, talk] as [string, Talk]];
  });
}

/** What a turn that `converse` or `end` has asked for comes to: a screen to begin, or nothing more. */
export interface Wanted {
  readonly channel: Channel;
  readonly screen: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Whether a schedule is of `converse` or `end`. */
export function isOpening({ kind }: About): boolean {
  return kind === BEGIN || kind === END;
}

/** Ends what is to end, in the turn of the user whom it is about. */
export async function openingOf(timer: Timer, app: App): Promise<Wanted | null> {
  const about = timer.data as About;
  const { user } = timer;
  if (user === null) return null;
  const endpoint = about['kind'] === BEGIN ? String(about['endpoint']) : undefined;
  const { talks, network } = await openTalks(app, user, endpoint);
  if (endpoint === undefined) {
    await endAll(app, user, talks);
    return null;
  }
  checkNetwork(endpoint, network);
  const open = known(talks);
  const why = (await hasOptedOut(app, user))
    ? 'he has opted out'
    : open.length > 0 && about['busy'] !== 'replace'
      ? 'he is in another conversation'
      : null;
  if (why !== null) {
    app.log.info(`app.converse did not write to a user: ${why}`, { user, screen: String(about['screen']) });
    return null;
  }
  await endAll(app, user, talks);
  return {
    channel: timerChannel(app, { user, endpoint, to: begunOver(endpoint), transportType: network }),
    screen: String(about['screen']),
    params: about['params'] as Readonly<Record<string, string>>,
  };
}

async function endAll(app: App, user: string, talks: OpenTalks['talks']): Promise<void> {
  for (const [to, talk] of known(talks)) {
    await cancelTimers({ app, user }, talk);
    await app.user.delete(keyOf(to));
  }
}

/** An account that may not read opt-outs is left to the platform, which sends nothing to who has opted out. */
async function hasOptedOut(app: App, user: string): Promise<boolean> {
  try {
    return (await app.optouts.status(user)).opted_out;
  } catch {
    return false;
  }
}
