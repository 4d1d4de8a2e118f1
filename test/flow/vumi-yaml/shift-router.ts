import { defineRouter } from '@vumi/dispatch';
import { z } from 'zod';

/** A router of an operator's own: messages of the day to one application, those of the night to the other. */
export default defineRouter({
  type: 'shift',
  aliases: [],
  summary: 'by the hour of the day, in UTC',
  configSchema: z.strictObject({ day: z.tuple([z.number(), z.number()]) }),
  async create({ day: [begin, end] }, { applications: [dayApp = '', nightApp = ''], transports, clock }) {
    return {
      async inbound(message, from) {
        const hour = new Date(clock()).getUTCHours();
        const connector = hour >= begin && hour < end ? dayApp : nightApp;
        return [{ flow: 'inbound', connector, endpoint: from.endpoint, message }];
      },
      event: async () => [],
      outbound: async (message, from) =>
        transports.map((connector) => ({ flow: 'outbound', connector, endpoint: from.endpoint, message })),
    };
  },
});
