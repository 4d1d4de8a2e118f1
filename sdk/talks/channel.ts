import { TALK_KEY } from '@vumi/core/talks';
import type { App } from '../app.ts';
import type { Message, Waits } from '../message.ts';
import type { Talk } from './journal.ts';

/** By which way a conversation is had with its user. */
export interface Channel {
  readonly app: App;
  readonly message: Message | null;
  readonly user: string;
  /** The app's own address; of a conversation that the app began by writing first, `begunOver` its endpoint. */
  readonly to: string;
  readonly transportType: string | null;
  readonly endpoint: string;
  /** `waits` null: it is the end; undefined: the question that is open was not asked again. */
  say(text: string, waits: Waits | null | undefined): Promise<unknown>;
}

/** How a timer's question was asked. */
export function wayOf(about: Readonly<Record<string, unknown>>): Pick<Channel, 'transportType' | 'endpoint'> {
  const { transport_type: type, endpoint } = about;
  return { transportType: typeof type === 'string' ? type : null, endpoint: String(endpoint) };
}

/** Whether the question that a timer is of is still open. */
export function isMeant(talk: Talk | null, about: Readonly<Record<string, unknown>>): boolean {
  if (talk === null || talk.id !== about['talk']) return false;
  return talk.wait.tag === about['tag'] && talk.wait.since === about['since'];
}

/** Under which key of the user's state a conversation on that number is remembered. */
export function keyOf(to: string): string {
  return `${TALK_KEY}${to}`;
}

/** In place of the app's own address, which it does not know when it writes first. */
export function begunOver(endpoint: string): string {
  return `@${endpoint}`;
}

export function channelOf(message: Message, app: App): Channel {
  return {
    app,
    message,
    user: message.from_addr,
    to: message.to_addr ?? '',
    transportType: message.transport_type,
    endpoint: message.routing_metadata.endpoint_name,
    say: (text, waits) =>
      message.reply(text, waits === null ? { end: true } : { end: false, ...(waits && { waits }) }),
  };
}

/** Nothing can be said, for nobody has written and the network takes only answers. */
export function isSilent({
  transportType,
  endpoint,
  message,
}: Pick<Channel, 'transportType' | 'endpoint' | 'message'>): boolean {
  return message === null && transportType === 'ussd' && endpoint === 'default';
}

/** Nobody has written: what is said is sent, where the network can be written to. */
export function timerChannel(
  app: App,
  { user, endpoint, ...rest }: Pick<Channel, 'to' | 'transportType' | 'user' | 'endpoint'>,
): Channel {
  return {
    ...rest,
    app,
    message: null,
    user,
    endpoint,
    say: (text, waits) =>
      isSilent({ transportType: rest.transportType, endpoint, message: null })
        ? Promise.resolve()
        : app.send(user, text, { endpoint, ...(waits !== undefined && { waits }) }),
  };
}

export async function cancelTimers(
  { app, user }: Pick<Channel, 'app' | 'user'>,
  talk: Talk | null,
): Promise<void> {
  const timers = [...(talk?.wait.timers ?? []), ...(talk?.under?.wait.timers ?? [])];
  for (const name of timers) await app.schedule.cancel(name, { user });
}
