import { stampOf, VumiError, type TransportEvent, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { elsewhere } from '../elsewhere.ts';
import { defineMiddleware, type MiddlewarePorts } from '../middleware-type.ts';

const configSchema = z.strictObject({
  store_on_consume: z
    .boolean()
    .default(true)
    .describe('Whether what is consumed is stored too, not only what is published. Default: true'),
  store_prefix: elsewhere(z.string()),
  redis_manager: elsewhere(z.unknown()),
  riak_manager: elsewhere(z.unknown()),
  redis: elsewhere(z.unknown()),
});

/**
 * Records messages and events, each with its tag as it stands in its metadata, before they go on: nobody sees a message
 * that is not written down. What is recorded already stays as it is, so that a message may pass several of these.
 * Failures and statuses are never recorded.
 */
export const storing = defineMiddleware({
  type: 'storing',
  aliases: ['vumi.middleware.message_storing.StoringMiddleware', 'vumi.middleware.StoringMiddleware'],
  summary: 'records messages and events in the database',
  configSchema,
  start({ store_on_consume }, ports) {
    const recorder = recorderOf(ports);
    const inbound = async (message: UserMessage): Promise<UserMessage> => {
      await recorder.inbound(message, stampOf(message), 'received');
      return message;
    };
    const outbound = async (message: UserMessage): Promise<UserMessage> => {
      await recorder.outbound(message, stampOf(message), 'queued');
      return message;
    };
    const event = async (told: TransportEvent): Promise<TransportEvent> => {
      await recorder.event(told);
      return told;
    };
    return store_on_consume
      ? { inbound, outbound, event }
      : { publishInbound: inbound, publishOutbound: outbound, publishEvent: event };
  },
});

function recorderOf({ store, worker }: MiddlewarePorts) {
  if (store !== null) return store.recorder;
  throw new VumiError(
    'config.invalid',
    `worker "${worker}" runs without a database: there is nothing to store messages in; set VUMI_DATABASE_URL`,
  );
}
