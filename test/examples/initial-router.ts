import { defineRouter } from '@vumi/dispatch';
import { z } from 'zod';

/** Users go to an application by the first letter of their address; events go where the message came from. */
export default defineRouter({
  type: 'by_initial',
  summary: "by the first letter of the user's address",
  configSchema: z.strictObject({
    initials: z.record(z.string(), z.string()).describe('Letter to the name of an application'),
    otherwise: z.string().describe('The application of all others'),
  }),
  async create({ initials, otherwise }, { dispatcher, state }) {
    const senderKey = (messageId: string): string => `${dispatcher}/sender/${messageId}`;
    return {
      async inbound(message, { endpoint }) {
        const connector = initials[message.from_addr?.[0] ?? ''] ?? otherwise;
        return [{ flow: 'inbound', connector, endpoint, message }];
      },
      async event(event, { endpoint }) {
        const connector = await state.get(senderKey(event.user_message_id));
        return connector === null ? [] : [{ flow: 'event', connector, endpoint, message: event }];
      },
      async outbound(message, { connector: sender, endpoint }) {
        await state.set(senderKey(message.message_id), sender, 24 * 3600 * 1000);
        if (message.transport_name === null) return [];
        return [{ flow: 'outbound', connector: message.transport_name, endpoint, message }];
      },
    };
  },
});
