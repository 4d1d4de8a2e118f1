import { slugSchema, stampMessage, stampOf, type Middleware, type UserMessage } from '@vumi/core';
import { segmentText } from '@vumi/core/text';
import { defineMiddleware, type MiddlewareType } from '@vumi/middleware';
import { z } from 'zod';
import { shareCatalog } from '../catalog.ts';
import { createBilling } from '../credits/billing.ts';
import { createCharging } from '../credits/charging.ts';
import { createSegmentCounts, type CountingTypes } from '../credits/count-segments.ts';
import { storeOf } from './store-of.ts';

const configSchema = z.strictObject({
  account: slugSchema
    .optional()
    .describe('Who pays for messages that name no account, as those of classic workers. Default: nobody'),
  unknown_transports: z
    .enum(['sms', 'messages'])
    .default('sms')
    .describe(
      'How the segments of transports that the database does not have are counted: sms, by the text; messages, one each. Default: sms',
    ),
});

/** Charges for what a dispatcher moves, as the platform's own does (docs/credits.md). `types`: kinds of transports. */
export function creditsMiddleware(types: CountingTypes): MiddlewareType {
  return defineMiddleware({
    type: 'credits',
    aliases: [],
    summary: 'charges accounts for their messages, and refuses what they cannot pay for; for dispatchers',
    configSchema,
    async start({ account, unknown_transports: unknown }, ports) {
      const store = storeOf(ports);
      const catalog = await shareCatalog(store);
      const { credits } = store;
      const countSegments = createSegmentCounts(types, catalog, unknown === 'sms' ? countText : undefined);
      const billing = createBilling({ catalog, credits, countSegments, logger: ports.logger });
      const charging = createCharging({ catalog, credits, billing });
      return {
        handle: account === undefined ? charging : onAccountOf(account, charging),
        close: async () => catalog[Symbol.dispose](),
      };
    },
  });
}

function countText({ content, transport_type: over }: UserMessage): number {
  return over === 'ussd' ? 1 : segmentText(content ?? '').segments.length;
}

/** Shows messages that name no account as that account's; they go on as they came. */
function onAccountOf(account: string, charging: Middleware): Middleware {
  return (transit, next) => {
    const { flow, message } = transit;
    if ((flow !== 'inbound' && flow !== 'outbound') || stampOf(message) !== null)
      return charging(transit, next);
    const owned = { ...transit, message: stampMessage(message, { account, app: null }) };
    return charging(owned, (following) =>
      following.flow === flow
        ? next({ ...following, message: { ...following.message, helper_metadata: message.helper_metadata } })
        : next(following),
    );
  };
}
