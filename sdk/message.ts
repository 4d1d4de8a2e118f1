import type { LazyText } from './languages/lazy-text.ts';
import type { Received, RichOptions } from './rich.ts';
import type { Json } from './state.ts';

/** Where a message is in a conversation: null on networks without sessions, such as SMS. */
export type SessionEvent = 'new' | 'resume' | 'close' | null;

/** That a message asks something, and its answer is awaited. */
export interface Waits {
  /** Words by which it can be answered; empty where any text is an answer. */
  readonly takes: readonly string[];
  /** For how long. */
  readonly seconds: number;
  /** What is answered is recorded as `[secret]`. */
  readonly secret?: boolean;
}

interface ValidityOption {
  /** Seconds after which it is not sent any more; `onEvent` then hears a nack. Default: as the transport has it. */
  readonly validity?: number;
  /**
   * On a number that apps share, what the user writes next is an answer, also where it begins with the keyword of another
   * app; a keyword alone leads there unless it is in `takes`. `null`: nothing is awaited any more. Conversations say it by
   * themselves.
   */
  readonly waits?: Waits | null;
}

export interface ReplyOptions extends ValidityOption, RichOptions {
  /**
   * True ends the session after this text; false, the default, waits for the user's next message. On USSD it closes
   * the menu on the phone; on SMS it says that the user's next message need not come to this app.
   */
  readonly end?: boolean;
  /** Further fields for transports that know them, such as `{ voice: { speech_url } }`. */
  readonly helper_metadata?: Readonly<Record<string, Json>>;
}

export interface SendOptions extends ValidityOption, RichOptions {
  /**
   * Which of the app's ways out: each is a route, of a transport and a number. `default` when absent. One that has no
   * route throws.
   */
  readonly endpoint?: string;
  readonly helper_metadata?: Readonly<Record<string, Json>>;
}

/** A message from a user, with Vumi's fields. */
export interface Message {
  /** Unique: 32 hex digits. */
  readonly message_id: string;
  /** The user: `+27761234567`. */
  readonly from_addr: string;
  /** What the user wrote to: a short code, a USSD code, a handle. */
  readonly to_addr: string | null;
  /** The text; null when the user only opened or closed a session. */
  readonly content: string | null;
  readonly session_event: SessionEvent;
  /** Kind of network: `sms`, `ussd`, `xmpp`, … */
  readonly transport_type: string | null;
  readonly transport_name: string | null;
  /** The id of the message that this one answers, where the network says so. */
  readonly in_reply_to: string | null;
  /** The chat room, where there is one. */
  readonly group: string | null;
  /** The mobile operator, where it is known. */
  readonly provider: string | null;
  /** When the network took the message: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`. */
  readonly timestamp: string;
  readonly transport_metadata: Readonly<Record<string, Json>>;
  /** `endpoint_name` is the endpoint of the route by which it came; `default` when the route names none. */
  readonly routing_metadata: { readonly endpoint_name: string } & Readonly<Record<string, Json>>;
  readonly helper_metadata: Readonly<Record<string, Json>>;
  /** What came beside the text: the payload of a button, files, a place. Empty on networks that carry text only. */
  readonly received: Received;

  /**
   * Answers the user and resolves to the id of the answer, by which `onEvent` names it later.
   *
   * @example
   * await message.reply('What is your name?'); // the session stays open for the answer
   * await message.reply('Coming?', { buttons: ['Yes', { title: 'No', payload: 'no' }] });
   * // < What is your name?
   * // < Coming?
   */
  reply(text: string | LazyText, options?: ReplyOptions): Promise<string>;

  /**
   * Answers everybody in the group that the message came from; without a group it is `reply`.
   *
   * @example
   * await message.replyGroup('Meeting at five');
   * // < Meeting at five
   */
  replyGroup(text: string | LazyText, options?: ReplyOptions): Promise<string>;
}
