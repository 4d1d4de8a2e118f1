import { z } from 'zod';
import { sendOptions } from '../http/send-options.ts';
import { socketOptions } from '../socket/options.ts';

const seconds = (most: number) => z.number().positive().max(most);

/** What every transport has that keeps a connection to its network. */
export function framedOptions(transportType: string) {
  return {
    ...socketOptions(transportType),
    uncertain_policy: sendOptions.uncertain_policy,
    login_timeout: seconds(600)
      .default(30)
      .describe('Seconds that the network may take for the connection, and for the login. Default: 30'),
    response_timeout: seconds(600)
      .default(30)
      .describe(
        'Seconds that the network may take to answer a message; then nobody knows, and the connection is made anew. Default: 30',
      ),
    session_ended_message: z
      .string()
      .min(1)
      .default('Your session has ended. Please dial again.')
      .describe(
        'What a user is told who goes on with a session that nobody remembers. Default: `Your session has ended. Please dial again.`',
      ),
    initial_reconnect_delay: seconds(3600)
      .default(1)
      .describe(
        'Seconds before the second attempt to connect again, ±25 %; the first comes within half a second, later ones after twice as long each. Default: 1',
      ),
    max_reconnect_delay: seconds(3600)
      .default(60)
      .describe('Seconds between attempts at most, and after a login that was refused. Default: 60'),
  };
}

const schema = z.object(framedOptions(''));
export type FramedConfig = z.infer<typeof schema>;
