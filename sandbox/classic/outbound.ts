import { sendFault, type TurnScope } from '../resources/turn-scope.ts';
import { toOutgoing } from '../turns/effects-commit.ts';
import { classicEndpoints } from './endpoints.ts';
import { inPython, refuse, succeed, type Command, type Reply } from './replies.ts';

/** What apps may put into helper_metadata. */
const ALLOWED_METADATA = ['voice'];

type Sent = Parameters<typeof toOutgoing>[1];
type Metadata = { readonly metadata?: Record<string, unknown> };

/** Why the helper_metadata of a command is not allowed; null when it is. */
function metadataFault({ helper_metadata: metadata }: Command): string | null {
  if (metadata === undefined || metadata === null) return null;
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    return "'helper_metadata' must be object or null.";
  if (Object.keys(metadata).every((key) => ALLOWED_METADATA.includes(key))) return null;
  return `'helper_metadata' may only contain the following keys: ${ALLOWED_METADATA.join(', ')}`;
}

function metadataOf({ helper_metadata: metadata }: Command): Metadata {
  return typeof metadata === 'object' && metadata !== null
    ? { metadata: metadata as Record<string, unknown> }
    : {};
}

function contentFault({ content }: Command, wanted: string): string | null {
  if (content === undefined) return wanted;
  return typeof content === 'string' || content === null ? null : "'content' must be unicode or null.";
}

function push(turn: TurnScope, sent: Sent): Reply {
  const { effects, app, origin } = turn;
  effects.mustRun();
  const index = effects.messages.length;
  if (index >= app.limits.sends) return refuse(`limit: a message may send ${app.limits.sends} messages`);
  const message = toOutgoing(origin, sent, index);
  effects.messages.push(message);
  return succeed({ message_id: message.message_id });
}

/** Toolkits pass over the reason of a send that fails, so the author's log has it too. */
function pushSend(turn: TurnScope, sent: Extract<Sent, { kind: 'send' }>): Reply {
  const fault = sendFault(turn, sent.endpoint ?? 'default');
  if (fault === null) return push(turn, sent);
  const { notes } = turn.effects;
  if (!notes.some(({ text }) => text === fault)) {
    notes.push({ level: 'error', text: fault, fields: { reason: 'route', to_addr: sent.to } });
  }
  return refuse(fault);
}

/** `outbound.reply_to` and `outbound.reply_to_group`. */
export function replyWith(kind: 'reply' | 'group'): (turn: TurnScope, command: Command) => Reply {
  return (turn, command) => {
    const { in_reply_to: id, continue_session: isOpen = true } = command;
    const fault = contentFault(command, "'content' must be given in replies.");
    if (fault !== null) return refuse(fault);
    if (typeof id !== 'string') return refuse("'in_reply_to' must be given in replies.");
    if (typeof isOpen !== 'boolean')
      return refuse("'continue_session' must be either true or false if given");
    const wrongMetadata = metadataFault(command);
    if (wrongMetadata !== null) return refuse(wrongMetadata);
    if (turn.origin.message?.message_id !== id)
      return refuse(`Could not find original message with id: ${inPython(id)}`);
    return push(turn, {
      kind,
      text: command['content'] as string | null,
      end: !isOpen,
      ...metadataOf(command),
    });
  };
}

function send(turn: TurnScope, command: Command, endpoints: readonly string[]): Reply {
  const { endpoint, to_addr: to } = command;
  const fault = contentFault(command, "'content' must be given in sends.");
  if (fault !== null) return refuse(fault);
  if (typeof endpoint !== 'string') return refuse("'endpoint' must be given in sends.");
  if (typeof to !== 'string') return refuse("'to_addr' must be given in sends.");
  const wrongMetadata = metadataFault(command);
  if (wrongMetadata !== null) return refuse(wrongMetadata);
  if (!endpoints.includes(endpoint)) return refuse(`Endpoint ${inPython(endpoint)} not configured`);
  const text = command['content'] as string | null;
  return pushSend(turn, { kind: 'send', text, to, endpoint, ...metadataOf(command) });
}

export function sendToEndpoint(turn: TurnScope, command: Command): Reply {
  return send(turn, command, classicEndpoints(turn.app.settings.config));
}

export function sendTo(turn: TurnScope, command: Command): Reply {
  return send(turn, { endpoint: 'default', ...command }, [
    'default',
    ...classicEndpoints(turn.app.settings.config),
  ]);
}

/** Of Vumi Go's first apps: an endpoint that is named by a pool and a tag in it. */
export function sendToTag(turn: TurnScope, command: Command): Reply {
  const { tagpool, tag, content, to_addr: to } = command;
  if (
    typeof tagpool !== 'string' ||
    typeof tag !== 'string' ||
    typeof content !== 'string' ||
    typeof to !== 'string'
  )
    return refuse('Tag, content or to_addr not specified');
  const endpoint = `${tagpool}:${tag}`;
  if (!classicEndpoints(turn.app.settings.config).includes(endpoint))
    return refuse(`Tag (${inPython(tagpool)}, ${inPython(tag)}) not held by account`);
  return pushSend(turn, { kind: 'send', text: content, to, endpoint });
}
