import { applicationOptions, defineApplication } from '@vumi/applications';
import { z } from 'zod';

/** Counts how often each user was here, and how many of the answers arrived. */
export default defineApplication({
  type: 'visits',
  summary: 'counts the visits of each user',
  configSchema: z.strictObject({
    ...applicationOptions,
    greeting: z.string().default('Hello').describe('The first word of each answer. Default: Hello'),
  }),
  async start({ greeting }) {
    let arrived = 0;
    return {
      async onMessage(message, turn) {
        const key = `visits/${message.from_addr ?? ''}`;
        const visits = Number((await turn.state.get(key)) ?? 0) + 1;
        turn.state.set(key, visits);
        turn.reply(message, `${greeting} ${message.from_addr ?? ''}, visit ${visits}`);
      },
      async onAck() {
        arrived += 1;
      },
      gauges: () => ({ arrived_total: arrived }),
    };
  },
});
