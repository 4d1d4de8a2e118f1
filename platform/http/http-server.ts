import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorText, VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';

export interface HttpServer extends AsyncDisposable {
  /** The port that it listens on, also when a free one was asked for. */
  readonly port: number;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** The option that chooses the port, and how people set it, for the error when it is taken. */
  readonly setting: { readonly field: string; readonly name: string };
}

/** Who takes connections over from HTTP. A request that he does not want is answered as any other. */
export interface Upgrades {
  wants(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const LAST_ANSWERS_MS = 1000;
/** Connections that wait to be taken; with Node's 511 a thousand callers at once lose some. */
const BACKLOG = 4096;

/** Listens, or says which setting to change when the port is taken. Disposal lets answers in progress finish. */
export async function startHttpServer(
  { host, port, setting }: HttpServerOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  upgrades?: Upgrades,
): Promise<HttpServer> {
  const shouldUpgradeCallback = (request: IncomingMessage): boolean => upgrades?.wants(request) === true;
  const server = createServer({ noDelay: true, keepAliveTimeout: 10_000, shouldUpgradeCallback }, handle);
  /** Node counts them among the server's connections and closes them with none. */
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrades?.handle(request, socket, head);
  });
  server.listen({ host, port, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VumiError(
      'config.invalid',
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? `port ${port} of ${host} is in use; stop what listens there or choose another with ${setting.name}`
        : `cannot listen on ${host}:${port}: ${errorText(error)}`,
      { field: setting.field, cause: error },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // Followed logs never end by themselves.
      using _patience = startDeadline({ limitMs: LAST_ANSWERS_MS }, () => {
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      });
      await closed;
    },
  };
}
