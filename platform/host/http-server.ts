import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';

export interface HttpServer extends AsyncDisposable {
  /** The port that it listens on, also when a free one was asked for. */
  readonly port: number;
}

/** Listens, or says which setting to change when the port is taken. Disposal lets answers in progress finish. */
export async function startHttpServer(
  { host, port }: { host: string; port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpServer> {
  const server = createServer({ noDelay: true, keepAliveTimeout: 10_000 }, handle);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VumiError(
      'config.invalid',
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? `port ${port} of ${host} is in use; stop what listens there or choose another with VUMI_HTTP_PORT`
        : `cannot listen on ${host}:${port}: ${(error as Error).message}`,
      { field: 'http.port', cause: error },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // Followed logs never end by themselves.
      using _patience = startDeadline({ limitMs: 1000 }, () => server.closeAllConnections());
      await closed;
    },
  };
}
