import { z } from 'zod';

/** How soon a client connects again, in seconds; the wait doubles from the first to the last. */
export function reconnectOptions(first: number, most: number) {
  return {
    initial_reconnect_delay: z
      .number()
      .positive()
      .max(3600)
      .default(first)
      .describe(
        `Seconds before the second new attempt to connect; the first comes at once. Default: ${first}`,
      ),
    max_reconnect_delay: z
      .number()
      .positive()
      .max(86_400)
      .default(most)
      .describe(`Seconds to which the waits between attempts grow. Default: ${most}`),
  };
}

const schema = z.object(reconnectOptions(1, 1));
export type ReconnectConfig = z.infer<typeof schema>;
