import type { Contacts } from './contacts.ts';
import type { DeliveryEvent } from './event.ts';
import type { Groups } from './groups.ts';
import type { Http } from './http.ts';
import type { Identities } from './identity.ts';
import type { LazyText, Translate } from './languages/lazy-text.ts';
import type { LinkOptions, Links } from './links.ts';
import type { Log } from './log.ts';
import type { Message, SendOptions } from './message.ts';
import type { Messages } from './messages.ts';
import type { Metrics } from './metrics.ts';
import type { OptoutChange, Optouts } from './optouts.ts';
import type { Schedule, Timer } from './schedule.ts';
import type { Json, StateScope } from './state.ts';
import type { Conversations, Conversing } from './talks/conversations.ts';
import type { Opening, Overseeing } from './talks/opening.ts';

/** What every handler gets beside its message or event. */
export interface EventApp {
  /** State that all users of the app share: `app.state.increment('visits')`. */
  readonly state: StateScope;
  /** The author's log: `app.log.info('answered', { visits })`. */
  readonly log: Log;
  /** Calls to other services: `await app.http.request('https://example.org/rates')`. */
  readonly http: Http;
  /** The app's configuration as its account set it, read only: `app.config.greeting`. */
  readonly config: Readonly<Record<string, Json>>;
  /** Values that must not be readable in the bundle or in logs: `await app.secrets.get('api_key')`. */
  readonly secrets: Secrets;
  /**
   * The time of this message in milliseconds since the epoch. `Date.now()` gives the same: time stands still while
   * a handler runs, so that a run can be repeated exactly.
   */
  readonly now: number;
  /** The people whom the account knows: `await app.contacts.getOrCreate(message.from_addr)`. */
  readonly contacts: Contacts;
  /** Groups of contacts: `await app.groups.getOrCreateByName('Volunteers')`. */
  readonly groups: Groups;
  /** Who the user is, whatever network he comes by: `(await app.identity.get()).id`. */
  readonly identity: Identities;
  /** Who wants no more messages: `await app.optouts.status(address)`. */
  readonly optouts: Optouts;
  /** Numbers to watch: `await app.metrics.sum('orders', 1)`. */
  readonly metrics: Metrics;
  /** Counts of the app's messages: `await app.messages.countSent()`. */
  readonly messages: Messages;
  /** Things that are to happen later: `await app.schedule.once('remind', { in: 3600 })`. */
  readonly schedule: Schedule;
  /**
   * Sends a message that answers nothing and resolves to its id. It leaves when the handler has finished.
   *
   * @example
   * await app.send('+27820001111', 'Your parcel has arrived');
   * // < Your parcel has arrived
   */
  send(toAddr: string, text: string | LazyText, options?: SendOptions): Promise<string>;
}

/** What an app knows of its user's language (spec authoring §5). */
export interface Speaking {
  /**
   * Of the user, as BCP 47 has it: what `setLanguage` has set, else what `extra.language` of the contact says. Null
   * where neither is there: he is spoken to in the first of `languages` of vumi.json.
   */
  readonly language: string | null;
  /**
   * From the next text on the user is spoken to in this language, also in later messages: `zu`, `zul` and `zu_ZA` are
   * understood.
   *
   * @throws A `RangeError` where the code is no language.
   *
   * @example
   * app.setLanguage('zul');
   * app.language; // → 'zu'
   */
  setLanguage(code: string): void;
  /** A text in the user's language at once, to be made part of another: `app.t('Hello {name}', { name })`. */
  readonly t: Translate<string>;
}

/** What handlers get that are about one user. */
export interface UserApp extends EventApp {
  /**
   * State of the user who sent the message: `await app.user.set('name', 'Thandi')`. In `onSchedule` of the user whom
   * the timer is for; of a timer that is for nobody its calls reject. In `onOptOut` and `onOptIn` of whom they are about.
   */
  readonly user: StateScope;
}

/** What the platform hands to handlers; languages come from the SDK. */
export interface PlainApp extends UserApp {
  /**
   * Makes an address for this user that opens the app's page once, in one browser: to be sent to him.
   *
   * @example
   * const address = await app.link('/card', { scopes: ['user:read:card'], expires: '2 hours' });
   * address.startsWith('https://'); // → true
   * await message.reply('Your card is behind the address that comes next.');
   * await app.send(message.from_addr, address);
   */
  link(path: string, options?: LinkOptions): Promise<string>;
  /** Those that were given to this user: `await app.links.revoke()`. */
  readonly links: Links;
}

/** What `onMessage` gets beside the message, and `onSchedule` beside the timer. */
export interface App extends PlainApp, Speaking {}

/** What `onOptOut` and `onOptIn` get: there is no message to answer, and nobody to be asked or sent a link. */
export interface OptoutApp extends UserApp, Speaking {}

/** What an account keeps for the app and nobody is shown: `vumi app secret set`. */
export interface Secrets {
  /**
   * The value of a secret, or null when the account has set none of that name.
   *
   * @example
   * (await app.secrets.get('api_key'))?.length; // → 5
   * await app.secrets.get('password'); // → null
   */
  get(name: string): Promise<string | null>;
}

/** An app: the handlers that the platform calls. Give at least one. */
export interface AppDefinition extends Conversations {
  /**
   * Called once for each message of a user; messages of one user come one after the other. What the handler writes
   * and sends takes effect together when it returns, and not at all when it throws.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     const visits = await app.user.increment('visits');
   *     await message.reply(`Visit ${visits}.`, { end: true });
   *   },
   * });
   * // > hi
   * // < Visit 1.
   * // > hi
   * // < Visit 2.
   */
  readonly onMessage?: (message: Message, app: App & Conversing) => void | Promise<unknown>;
  /**
   * Called with what became of a sent message: taken, refused, delivered.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.state.set(`sent:${await message.reply('On its way')}`, message.from_addr, { ttl: 86400 });
   *   },
   *   async onEvent(event, app) {
   *     if (event.event_type === 'nack') app.log.warn('not sent', { reason: event.nack_reason });
   *   },
   * });
   * // > hi
   * // < On its way
   */
  readonly onEvent?: (event: DeliveryEvent, app: EventApp & Opening) => void | Promise<unknown>;
  /**
   * Called once for each schedule whose time has come; one for a user is in line with the user's messages.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     await app.schedule.once('remind', { in: 3600, user: message.from_addr, data: { item: 'form' } });
   *     await message.reply('We will remind you.');
   *   },
   *   async onSchedule(timer, app) {
   *     if (timer.user !== null) await app.send(timer.user, `Bring the ${(timer.data as { item: string }).item}.`);
   *   },
   * });
   * // > hi
   * // < We will remind you.
   * // wait 1 hour
   * // < Bring the form.
   */
  readonly onSchedule?: (timer: Timer, app: App & Opening) => void | Promise<unknown>;
  /**
   * Called once for each person who has opted out of the account's messages, in line with his messages and after the one by
   * which he did: by STOP to any app of the account, by `app.optouts.optOut`, or because somebody of the account noted it.
   * The opt-out stands whatever the handler does. It may not send to the person; `app.send` to him throws.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onConversation(app) {
   *     await app.schedule.repeat('news', { every: 86400, user: app.address });
   *     return `You get our news, ${await app.ask('Your name?')}.`;
   *   },
   *   async onSchedule(timer, app) {
   *     if (timer.user !== null) await app.send(timer.user, 'News.');
   *   },
   *   async onOptOut(app, { address }) {
   *     await app.schedule.cancel('news', { user: address });
   *     app.log.info('left', { address });
   *   },
   * });
   * // > hi
   * // < Your name?
   * // > STOP
   * // < You will get no more messages from us.
   */
  readonly onOptOut?: (app: OptoutApp & Overseeing, change: OptoutChange) => void | Promise<unknown>;
  /**
   * Called once for each person who had opted out and wants messages again: by START, by `app.optouts.cancel`, or because
   * somebody of the account noted it.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message) {
   *     await message.reply('Hello.');
   *   },
   *   async onOptOut(app) {
   *     await app.user.set('gone', true);
   *   },
   *   async onOptIn(app) {
   *     await app.user.delete('gone');
   *   },
   * });
   * // > STOP
   * // < Hello.
   * // > START
   * // < Hello.
   */
  readonly onOptIn?: (app: OptoutApp & Overseeing, change: OptoutChange) => void | Promise<unknown>;
}

/**
 * Declares an app. It returns its argument: its use is that an editor knows the types of the handlers.
 *
 * @example
 * import { defineApp } from '@vumi/sdk';
 *
 * export default defineApp({
 *   async onMessage(message) {
 *     await message.reply('Hello!', { end: true });
 *   },
 * });
 * // > hi
 * // < Hello!
 */
export function defineApp(app: AppDefinition): AppDefinition {
  return app;
}
