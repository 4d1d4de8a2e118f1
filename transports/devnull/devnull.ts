import { hash } from 'node:crypto';
import {
  createAck,
  createDeliveryReport,
  createNack,
  createUserMessage,
  deriveId,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { messageOptions } from '../http/options.ts';
import { ignoredOptions, TRANSPORT_REASONS } from '../ignored-options.ts';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';

const share = () => z.number().min(0).max(1);

const devnullOptions = {
  ack_rate: share()
    .default(1)
    .describe('Share of messages that are acknowledged, 0 to 1; the others are refused. Default: 1'),
  failure_rate: share()
    .default(0)
    .describe(
      'Share of acknowledged messages that are reported as failed, the others as delivered. Default: 0',
    ),
  reply_rate: share()
    .default(0)
    .describe('Share of acknowledged messages that somebody replies to. Default: 0'),
  reply_copy: z.string().optional().describe('What the replies say. Default: what the message says'),
} as const;

/** The options in the groups in which the reference lists them. */
export const DEVNULL_GROUPS = {
  Network: devnullOptions,
  Messages: messageOptions('devnull'),
  'Without effect': ignoredOptions(TRANSPORT_REASONS),
} as const;

const configSchema = z.strictObject({
  ...devnullOptions,
  ...messageOptions('devnull'),
  provider: z.string().min(1).default('devnull').describe('Put on each message. Default: `devnull`'),
  ...ignoredOptions(TRANSPORT_REASONS),
});

type DevnullConfig = z.infer<typeof configSchema>;

const PREFETCH = 1000;

/**
 * A network of which nobody is part, for tests of load (spec vumi-core-appendix §A). What becomes of a message is decided by
 * its id, so that one that is delivered twice has one fate, and one reply.
 */
export const devnullTransport = defineTransport({
  type: 'devnull',
  aliases: withModules(['vumi.transports.devnull', 'vumi.transports.devnull.devnull'], {
    DevNullTransport: {},
  }),
  summary:
    'A sink for tests of load: acknowledges, refuses, reports and replies at the rates that it is given',
  configSchema,
  start: startDevnull,
});

async function startDevnull(config: DevnullConfig, ports: TransportPorts): Promise<Transport> {
  const { end } = ports;
  const counts = { messages: 0, refused: 0, replies: 0 };
  const handle = async (message: UserMessage): Promise<void> => {
    counts.messages += 1;
    const events = eventsOf(message, config, end.name);
    if (events.length === 1) counts.refused += 1;
    for (const event of events) await end.publishEvent(event);
    if (events.length === 1 || !happens(message, 'reply', config.reply_rate)) return;
    counts.replies += 1;
    await end.publishInbound(replyTo(message, config, end.name));
  };
  const outbound = await end.onOutbound(handle, { prefetch: PREFETCH });
  return {
    status: () => ({ component: 'provider', status: 'ok', type: 'sending', message: 'takes messages' }),
    gauges: () => ({
      messages_total: counts.messages,
      refused_total: counts.refused,
      replies_total: counts.replies,
    }),
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  };
}

/** One when it is refused, else what was acknowledged and became of it. */
function eventsOf(message: UserMessage, config: DevnullConfig, transport: string): readonly TransportEvent[] {
  const { message_id: id } = message;
  const about = (kind: string) => ({
    user_message_id: id,
    transport_name: transport,
    event_id: deriveId(id, kind),
  });
  if (!happens(message, 'ack', config.ack_rate))
    return [createNack(about('nack'), 'Not accepted by network')];
  const state = happens(message, 'failure', config.failure_rate) ? 'failed' : 'delivered';
  return [createAck(about('ack'), deriveId(id, 'sent')), createDeliveryReport(about(state), state)];
}

function replyTo(message: UserMessage, config: DevnullConfig, transport: string): UserMessage {
  return createUserMessage({
    message_id: deriveId(message.message_id, 'reply'),
    to_addr: message.from_addr,
    from_addr: message.to_addr,
    content: config.reply_copy ?? message.content,
    transport_name: transport,
    transport_type: config.transport_type,
    provider: config.provider,
  });
}

/** Of so great a share of all messages; of one message always the same. */
function happens({ message_id: id }: UserMessage, what: string, rate: number): boolean {
  return Number.parseInt(hash('sha256', `${what}:${id}`, 'hex').slice(0, 8), 16) / 2 ** 32 < rate;
}
