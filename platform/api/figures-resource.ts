import { z } from 'zod';

const count = z.number().describe('Since its process began');
const messageCounts = {
  received: count,
  sent: count,
  ack: count,
  nack: count,
  delivered: count,
  failed: count,
};

export const figuresSchema = z.looseObject({
  at: z.string(),
  processes: z.array(
    z.looseObject({ name: z.string(), roles: z.array(z.string()), probe: z.string().nullable() }),
  ),
  transports: z.array(
    z.looseObject({
      name: z.string(),
      type: z.string(),
      status: z.enum(['ok', 'degraded', 'down']),
      message: z.string(),
      gauges: z.record(z.string(), z.number()),
      ...messageCounts,
    }),
  ),
  owners: z
    .array(
      z.looseObject({
        account: z.string(),
        app: z.string(),
        ...messageCounts,
        runs: count,
        cpu_seconds: count,
      }),
    )
    .describe(
      'Apps, and under an empty `app` what an account sent itself: of each process those that did most',
    ),
  queues: z.array(z.object({ queue: z.string(), messages: z.number() })),
  backlog: z
    .record(z.string(), z.number().nullable())
    .describe('What waits for somebody, or for its time; each is counted up to 10,000'),
});
