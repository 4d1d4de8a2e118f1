import type { AppRef } from './app-ref.ts';
import { readChain, type Chain } from './chain.ts';
import type { UserMessage } from './wire.ts';

/**
 * The platform's own key in helper_metadata: whose message this is. Applications cannot set it; `reply` carries it
 * along, so that a message names its account in every queue.
 */
const KEY = 'vumi';

/** Who else than an app sent a message and wants to hear of it. */
export interface Sender {
  /** Where events go. */
  readonly connector: string;
  /** Those that are wanted, as `eventStatus` names them. */
  readonly events: readonly string[];
  /** Comes back with each event; JSON. */
  readonly note: unknown;
}

/** Whose message it is; `app` null for one that an account sent through the API or over SMPP. */
export interface Stamp {
  readonly account: string;
  readonly app: string | null;
  /** Of what is neither an app's nor an SMPP client's: the connector that a route leads to, such as an HTTP relay's. */
  readonly connector?: string;
  /** Of what a user wrote: the route that led it here. */
  readonly route?: string;
  /** Of what a user wrote: it is the keyword of that route and nothing else. */
  readonly isKeyword?: true;
  /** Of what a user wrote: it answers a question whose answers are nobody's to read (secret-answers.ts). */
  readonly isSecret?: true;
  /** Of what answers such a message. */
  readonly answersSecret?: true;
  readonly sender?: Sender;
  /** Of a message that an app sent because of an event or a schedule. */
  readonly chain?: Chain;
  /** Of what an app sent while two of its versions were live: the one that did. */
  readonly version?: number;
}

export function stampMessage(message: UserMessage, stamp: Stamp): UserMessage {
  return { ...message, helper_metadata: { ...message.helper_metadata, [KEY]: stamp } };
}

/** The message of an app, with the version that sent it; what else its stamp says stays. */
export function stampVersion(message: UserMessage, version: number): UserMessage {
  const stamp = message.helper_metadata[KEY];
  return {
    ...message,
    helper_metadata: { ...message.helper_metadata, [KEY]: { ...Object(stamp), version } },
  };
}

export function stampOf(message: Pick<UserMessage, 'helper_metadata'>): Stamp | null {
  const value = message.helper_metadata[KEY];
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const { account, app, connector, route, sender, chain: given, version } = fields;
  if (typeof account !== 'string') return null;
  const chain = given === undefined ? null : readChain(given);
  const stamp: Stamp = {
    account,
    app: typeof app === 'string' ? app : null,
    ...(typeof connector === 'string' ? { connector } : {}),
    ...(typeof route === 'string' ? { route } : {}),
    ...marksOf(fields),
    ...(chain === null ? {} : { chain }),
    ...(typeof version === 'number' ? { version } : {}),
  };
  return isSender(sender) ? { ...stamp, sender } : stamp;
}

function marksOf({
  isKeyword,
  isSecret,
  answersSecret,
}: Readonly<Record<string, unknown>>): Pick<Stamp, 'isKeyword' | 'isSecret' | 'answersSecret'> {
  return {
    ...(isKeyword === true ? { isKeyword } : {}),
    ...(isSecret === true ? { isSecret } : {}),
    ...(answersSecret === true ? { answersSecret } : {}),
  };
}

function isSender(value: unknown): value is Sender {
  if (typeof value !== 'object' || value === null) return false;
  const { connector, events } = value as { connector?: unknown; events?: unknown };
  return typeof connector === 'string' && Array.isArray(events);
}

/** Words that the open question takes, and for how many seconds it waits. */
export interface Waits {
  readonly takes: readonly string[];
  readonly seconds: number;
  /** What is answered is kept from everybody but the app. */
  readonly secret?: true;
}

/**
 * What an app says of the question that its message asks, beside the stamp: undefined where it says nothing, null where it
 * waits no more (dispatch/sessions.ts).
 */
export function waitsOf({ helper_metadata }: Pick<UserMessage, 'helper_metadata'>): Waits | null | undefined {
  const { waits } = (helper_metadata[KEY] ?? {}) as { readonly waits?: Waits | null };
  return waits;
}

/** The app that a message belongs to, or null when it has none. */
export function appOf(message: Pick<UserMessage, 'helper_metadata'>): AppRef | null {
  const stamp = stampOf(message);
  return stamp === null || stamp.app === null ? null : { account: stamp.account, app: stamp.app };
}
