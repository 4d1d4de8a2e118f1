import { VumiError } from './errors.ts';
import { newId } from './ids.ts';
import { DEFAULT_ENDPOINT } from './names.ts';
import { parseWire } from './parse.ts';
import { metadataForReply } from './secret-answers.ts';
import { endpointOf, envelope, userMessageSchema, type UserMessage } from './wire.ts';

/** A new user message: Vumi's defaults (spec vumi-core §1) under the given fields. */
export function createUserMessage(
  fields: Partial<UserMessage> & Pick<UserMessage, 'to_addr' | 'from_addr'>,
): UserMessage {
  return {
    ...envelope('user_message'),
    in_reply_to: null,
    content: null,
    session_event: null,
    transport_name: null,
    transport_type: null,
    transport_metadata: {},
    group: null,
    provider: null,
    to_addr_type: null,
    from_addr_type: null,
    ...fields,
    message_id: fields.message_id ?? newId(),
    routing_metadata: { endpoint_name: DEFAULT_ENDPOINT, ...fields.routing_metadata },
  };
}

export interface ReplyOptions {
  /** False ends the session after sending: `session_event` becomes `close`. */
  readonly continueSession?: boolean;
  /** Further fields; an explicit `session_event` wins over `continueSession`. */
  readonly fields?: Partial<UserMessage>;
}

/**
 * Fields that decide where a reply goes. Vumi forgot `provider` and `transport_name` by a missing comma
 * (spec vumi-core §1 ⚠): here they are protected as its authors meant.
 */
const REPLY_PROTECTED = [
  'to_addr',
  'from_addr',
  'group',
  'in_reply_to',
  'provider',
  'transport_name',
  'transport_type',
  'transport_metadata',
] as const;

/** The answer to a message, back to its sender. */
export function reply(to: UserMessage, content: string | null, options: ReplyOptions = {}): UserMessage {
  const { continueSession = true, fields = {} } = options;
  const taken = REPLY_PROTECTED.find((field) => field in fields);
  if (taken !== undefined) {
    throw new VumiError(
      'message.protected_field',
      `a reply cannot set "${taken}"; use send() for another address`,
      {
        field: taken,
      },
    );
  }
  // What was sent with the answered message is no part of the answer (spec channels §F.3, case 33).
  const { helper_metadata: metadata, transport_metadata } = metadataForReply(to);
  const { send: _sent, ...helper_metadata } = metadata;
  return createUserMessage({
    helper_metadata,
    session_event: continueSession ? null : 'close',
    routing_metadata: { endpoint_name: endpointOf(to) },
    ...fields,
    content,
    to_addr: to.from_addr,
    from_addr: to.to_addr,
    to_addr_type: to.from_addr_type,
    from_addr_type: to.to_addr_type,
    in_reply_to: to.message_id,
    group: to.group,
    provider: to.provider,
    transport_name: to.transport_name,
    transport_type: to.transport_type,
    transport_metadata,
  });
}

/** The answer to the whole group that a message came from; a message without a group is answered like `reply`. */
export function replyGroup(to: UserMessage, content: string | null, options: ReplyOptions = {}): UserMessage {
  const answer = reply(to, content, options);
  return to.group === null ? answer : { ...answer, to_addr: null };
}

/** A message that answers nothing. The dispatcher finds its transport and from_addr by the app's route. */
export function send(
  to_addr: string,
  content: string | null,
  fields: Partial<UserMessage> = {},
): UserMessage {
  return createUserMessage({
    ...fields,
    to_addr,
    content,
    from_addr: null,
    transport_name: null,
    transport_type: null,
    in_reply_to: null,
    session_event: null,
  });
}

/** Parses a user message off the wire; the error names the missing or invalid field. */
export function parseUserMessage(json: string): UserMessage {
  return parseWire(userMessageSchema, json);
}
