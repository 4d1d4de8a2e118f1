import type { DeliveryEvent } from './event.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { Message, SendOptions } from './message.ts';
import type { Json, StateScope } from './state.ts';

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
  /**
   * Sends a message that answers nothing and resolves to its id. It leaves when the handler has finished.
   *
   * @example
   * const id = await app.send('+27761234567', 'Your parcel has arrived');
   */
  send(toAddr: string, text: string, options?: SendOptions): Promise<string>;
}

/** What `onMessage` gets beside the message. */
export interface App extends EventApp {
  /** State of the user who sent the message: `await app.user.set('name', 'Thandi')`. */
  readonly user: StateScope;
}

export interface Secrets {
  /**
   * The value of a secret, or null when the account has set none of that name.
   *
   * @example
   * const key = await app.secrets.get('api_key');
   */
  get(name: string): Promise<string | null>;
}

/** An app: the handlers that the platform calls. Give at least one. */
export interface AppDefinition {
  /**
   * Called once for each message of a user; messages of one user come one after the other. What the handler writes
   * and sends takes effect together when it returns, and not at all when it throws.
   */
  readonly onMessage?: (message: Message, app: App) => void | Promise<void>;
  /** Called with what became of a sent message: taken, refused, delivered. */
  readonly onEvent?: (event: DeliveryEvent, app: EventApp) => void | Promise<void>;
}

/**
 * Declares an app. It returns its argument: its use is that an editor knows the types of the handlers.
 *
 * @example
 * export default defineApp({
 *   async onMessage(message, app) {
 *     await message.reply('Hello!', { end: true });
 *   },
 * });
 */
export function defineApp(app: AppDefinition): AppDefinition {
  return app;
}
