import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems give to connections and to listeners without a wish, so that none of them takes the port before
 * whoever it is for listens on it; and below those of tests (testing/port-blocks.ts).
 */
const FIRST = 12_000;
const END = 18_000;

/** A port of this machine that nobody listens on now. Another may take it first: who is given it has to try another then. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
