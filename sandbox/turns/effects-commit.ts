import {
  chainAt,
  deriveId,
  endpointOf,
  hasMoreParts,
  isSecretAnswer,
  metadataForReply,
  nextGeneration,
  optoutTurnOf,
  readChain,
  reply,
  replyGroup,
  scheduleOf,
  send,
  VumiError,
  withValidity,
  type AppRef,
  type Chain,
  type FiredSchedule,
  type RunKind,
  type StateWrite,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { effectsSchema, type Effects, type GuestSend, type GuestWrite } from '../effects.ts';
import { parseGuestJson } from '../guest-json.ts';
import type { Limits } from '../limits.ts';
import { stateKey } from '../apps/keys.ts';

/** What a turn was started with: a user's message, or an event. */
export interface TurnOrigin {
  readonly ref: AppRef;
  /** `message_id` or `event_id`: what outgoing ids and the marker are made of. */
  readonly id: string;
  /** Null for an event and for a schedule. */
  readonly message: UserMessage | null;
  /** What was scheduled and is to happen now. */
  readonly schedule?: FiredSchedule;
  /** What the event or the schedule is part of; absent for a user's message, which goes on with nothing. */
  readonly chain?: Chain;
}

/** What a message in the queue of an app starts. */
export function originOf(ref: AppRef, message: UserMessage, now: number): TurnOrigin {
  const schedule = scheduleOf(message);
  const id = message.message_id;
  if (schedule === null) return { ref, id, message };
  return { ref, id, message: null, schedule, chain: chainAt(schedule.chain ?? null, id, now) };
}

/** What an event about a message of an app starts. */
export function eventOrigin(
  ref: AppRef,
  { event_id, helper_metadata }: TransportEvent,
  now: number,
): TurnOrigin {
  const { chain } = (helper_metadata['vumi'] ?? {}) as { readonly chain?: unknown };
  return { ref, id: event_id, message: null, chain: chainAt(readChain(chain), event_id, now) };
}

/** The stamp of what an app sends: its events carry the chain on. */
function stampOf({ ref, message, chain, schedule }: TurnOrigin): Readonly<Record<string, unknown>> {
  if (message !== null && isSecretAnswer(message)) return { ...ref, answersSecret: true };
  if (chain === undefined) return { ...ref };
  return { ...ref, chain: schedule === undefined ? nextGeneration(chain) : chain };
}

/** By what a turn was started. */
export function turnKind({ message, schedule }: Pick<TurnOrigin, 'message' | 'schedule'>): RunKind {
  if (schedule !== undefined) return optoutTurnOf(schedule) ?? 'schedule';
  return message === null ? 'event' : 'message';
}

/** Whose `app.user` is meant; an event has no user. */
export function userOf({ message, schedule }: TurnOrigin): string | null {
  return message?.from_addr ?? schedule?.user ?? null;
}

/** The id of the n-th message that a handler sends (DESIGN §4.3). */
export function outgoingId(originId: string, index: number): string {
  return deriveId(originId, 'out', index);
}

/** Members of all sends and writes. Each is checked, and each that is wrong costs an issue. */
const MOST_PARTS = 20_000;

function refuse(text: string): VumiError {
  return new VumiError('app.limit', text);
}

/** Reads what the guest left. The limits were counted in the guest: whoever exceeds them here went around them. */
export function parseEffects(json: string, limits: Limits): Effects {
  const given = parseGuestJson(json);
  if (hasMoreParts(given, MOST_PARTS)) throw refuse('the effects of the handler have too many parts');
  const effects = effectsSchema.safeParse(given);
  if (!effects.success) {
    const issue = effects.error.issues[0];
    throw refuse(
      `the effects of the handler have the wrong form: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const { sends, writes } = effects.data;
  if (writes.length > limits.writes) throw refuse(`a message may write ${limits.writes} keys of state`);
  if (sends.length > limits.sends) throw refuse(`a message may send ${limits.sends} messages`);
  if (writes.some((write) => write.op === 'set' && write.value.length > limits.value_bytes))
    throw refuse(`a value of state may have ${limits.value_bytes} characters`);
  const bytes = sends.reduce((sum, { text }) => sum + text.length, 0);
  const written = writes.reduce((sum, write) => sum + (write.op === 'set' ? write.value.length : 0), bytes);
  if (written > limits.total_bytes)
    throw refuse(`a message may write and send ${limits.total_bytes} characters`);
  return effects.data;
}

/** What a classic app sends may have no text. */
export type Outgoing = GuestSend extends infer Send
  ? Send extends GuestSend
    ? Omit<Send, 'text'> & { readonly text: string | null }
    : never
  : never;

/** The platform's own key says whose message it is; a guest can neither set nor change it. */
function helperMetadata(
  origin: TurnOrigin,
  { kind, metadata, waits }: Pick<Outgoing, 'kind' | 'metadata' | 'waits'>,
): Record<string, unknown> {
  const { message } = origin;
  const taken: Record<string, unknown> =
    kind === 'send' || message === null ? {} : metadataForReply(message).helper_metadata;
  const { send: _sent, ...answered } = taken;
  return { ...answered, ...metadata, vumi: { ...stampOf(origin), ...(waits !== undefined && { waits }) } };
}

/** A message as it leaves the platform. Throws `app.limit` for a reply to nobody. */
export function toOutgoing(origin: TurnOrigin, sent: Outgoing, index: number): UserMessage {
  const fields = {
    message_id: outgoingId(origin.id, index),
    helper_metadata: helperMetadata(origin, sent),
  };
  if (sent.kind === 'send') {
    const routing = { endpoint_name: sent.endpoint ?? 'default' };
    const message = send(sent.to, sent.text, { ...fields, routing_metadata: routing });
    return withValidity(message, sent.validity);
  }
  if (origin.message === null) throw refuse('there is no message here to reply to');
  const answer = sent.kind === 'group' ? replyGroup : reply;
  const message = answer(origin.message, sent.text, { continueSession: !sent.end, fields });
  return withValidity(message, sent.validity);
}

function toStateWrite(origin: TurnOrigin, write: GuestWrite): StateWrite {
  const key = stateKey(origin.ref, userOf(origin), write);
  if (write.op === 'delete') return { op: 'delete', key };
  if (write.op === 'increment') return { op: 'increment', key, by: write.by };
  const value = canonicalJson(write.value);
  if (write.ttl === undefined) return { op: 'set', key, value };
  return { op: 'set', key, value, ttlMs: Math.ceil(write.ttl * 1000) };
}

/** A tenant may have written something that is no JSON: it must not reach the state. */
function canonicalJson(value: string): string {
  return JSON.stringify(parseGuestJson(value));
}

/** Turns the effects of a guest into messages and writes of the platform. Throws `app.limit`. */
export function toPlatform(
  origin: TurnOrigin,
  effects: Effects,
): { messages: UserMessage[]; writes: StateWrite[] } {
  return {
    messages: effects.sends.map((sent, index) => toOutgoing(origin, sent, index)),
    writes: effects.writes.map((write) => toStateWrite(origin, write)),
  };
}

/** What failed has changed nothing: its question is open, as long as conversations are kept where they do not say. */
const STILL_SECRET = { takes: [], seconds: 7 * 86_400, secret: true } as const;

/** The user's apology for a handler that failed: it ends the session. Null when there is nobody to apologise to. */
export function apologyFor(origin: TurnOrigin, text: string): UserMessage | null {
  const { message } = origin;
  if (message === null || message.session_event === 'close') return null;
  return reply(message, text, {
    continueSession: false,
    fields: {
      message_id: outgoingId(origin.id, 0),
      helper_metadata: helperMetadata(origin, {
        kind: 'reply',
        waits: isSecretAnswer(message) ? STILL_SECRET : undefined,
      }),
      routing_metadata: { endpoint_name: endpointOf(message) },
    },
  });
}
