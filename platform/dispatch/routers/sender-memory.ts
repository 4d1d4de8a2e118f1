import { DEFAULT_ENDPOINT, type End, type TransportEvent, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import type { Routed, RouterPorts } from '../router.ts';
import { toEvent } from './routed.ts';

/** A week, as Vumi's. */
const DEFAULT_SECONDS = 604_800;

/** Options of routers that remember who sent a message. */
export const memoryOptions = {
  dispatcher_name: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Start of the keys in the state; dispatchers of one name share it. Default: the worker’s name.',
    ),
  expire_routing_memory: z.coerce
    .number()
    .int()
    .positive()
    .default(DEFAULT_SECONDS)
    .describe(
      'Seconds for which the sender of a message is remembered, so that its events find the way back.',
    ),
};

/** Who sent which message. */
export interface SenderMemory {
  remember(message: UserMessage, sender: End): Promise<void>;
  /** The event to the sender of its message; to nobody, with two errors in the log, when that is not known any more. */
  toSender(event: TransportEvent): Promise<readonly Routed[]>;
}

/**
 * Keeps `<dispatcher>:session:message:<message id>` with the field `name`, where a Python Vumi on the same Redis keeps
 * it (spec vumi-core §3), and `endpoint` beside it when that is not the default one. Vumi keeps the message's
 * transport_name, which its applications had to set to their own name; here the connector counts that it came from.
 */
export function createSenderMemory(
  {
    dispatcher_name,
    expire_routing_memory,
  }: { dispatcher_name?: string | undefined; expire_routing_memory: number },
  { dispatcher, applications, state, logger }: RouterPorts,
): SenderMemory {
  const keyOf = (id: string): string => `${dispatcher_name ?? dispatcher}:session:message:${id}`;
  const ttlMs = expire_routing_memory * 1000;
  return {
    async remember(message, { connector, endpoint }) {
      const key = keyOf(message.message_id);
      if (endpoint !== DEFAULT_ENDPOINT) await state.putField(key, 'endpoint', endpoint, ttlMs);
      await state.putField(key, 'name', connector, ttlMs);
    },
    async toSender(event) {
      const messageId = event.user_message_id;
      const { name, endpoint = DEFAULT_ENDPOINT } = await state.getFields(keyOf(messageId));
      if (name !== undefined && applications.includes(name)) {
        return toEvent(event, [name], { connector: name, endpoint });
      }
      // Two, as Vumi's: who watches its logs counts them (spec vumi-core §9.8).
      logger.error(
        { message_id: messageId, sender: name ?? null },
        'no application is known to have sent this message',
      );
      logger.error({ message_id: messageId, event: event.event_type }, 'event dropped');
      return [];
    },
  };
}
