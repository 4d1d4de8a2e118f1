import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
} from 'node:tls';
import { errorText, VumiError, type Logger } from '@vumi/core';
import type { SmppServerConfig } from './config.ts';

/** An open port. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
}

export interface ListenerPorts {
  readonly accept: (socket: Socket) => void;
  readonly logger: Logger;
  /** How often the files of the certificate are looked at. Default 10,000 ms. */
  readonly lookMs?: number;
}

type TlsConfig = NonNullable<SmppServerConfig['tls']>;

const LOOK_MS = 10_000;

export async function listenPlain(config: SmppServerConfig, ports: ListenerPorts): Promise<Listener> {
  const server = createServer({ noDelay: true });
  server.on('connection', ports.accept);
  return listen(server, { config, port: config.port, field: 'smpp_server.port' });
}

/** As `listenPlain`, with TLS; a certificate that is renewed is used from the next connection on. */
export async function listenTls(
  config: SmppServerConfig,
  tls: TlsConfig,
  ports: ListenerPorts,
): Promise<Listener> {
  const server = createTlsServer({
    noDelay: true,
    ...(await readFiles(tls)),
    requestCert: tls.client_ca !== undefined,
    rejectUnauthorized: tls.client_ca !== undefined,
    handshakeTimeout: config.bind_timeout * 1000,
  });
  server.on('secureConnection', ports.accept);
  server.on('tlsClientError', (error, socket) => {
    ports.logger.info(
      { peer: socket.remoteAddress, reason: error.message },
      'TLS handshake of a client failed',
    );
  });
  const listener = await listen(server, { config, port: tls.port, field: 'smpp_server.tls.port' });
  const timer = await watch(server, tls, ports);
  return {
    port: listener.port,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await listener[Symbol.asyncDispose]();
    },
  };
}

async function listen(
  server: Server,
  { config, port, field }: { config: SmppServerConfig; port: number; field: string },
): Promise<Listener> {
  server.maxConnections = config.max_connections;
  server.listen(port, config.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const where = `${config.host}:${port}`;
    throw new VumiError(
      'config.invalid',
      inUse
        ? `the SMPP server cannot listen at ${where}: something else does; stop it or choose another "${field}"`
        : `the SMPP server cannot listen at ${where}: ${errorText(error)}`,
      { field, cause: error },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

async function readFiles({ cert, key, client_ca: ca }: TlsConfig): Promise<SecureContextOptions> {
  return {
    cert: await readPem(cert, 'cert'),
    key: await readPem(key, 'key'),
    ...(ca === undefined ? {} : { ca: await readPem(ca, 'client_ca') }),
  };
}

async function readPem(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const field = `smpp_server.tls.${option}`;
    throw new VumiError('config.invalid', `cannot read "${field}": ${errorText(error)}`, {
      field,
      cause: error,
    });
  }
}

async function watch(
  server: TlsServer,
  tls: TlsConfig,
  { logger, lookMs = LOOK_MS }: ListenerPorts,
): Promise<NodeJS.Timeout> {
  let known = await ageOf(tls);
  const look = async (): Promise<void> => {
    const age = await ageOf(tls);
    if (age === known) return;
    known = age;
    server.setSecureContext(await readFiles(tls));
    logger.info({ cert: tls.cert }, 'the certificate of the SMPP server was renewed');
  };
  return setInterval(() => {
    look().catch((error: unknown) =>
      logger.error({ reason: errorText(error) }, 'the renewed certificate cannot be used; the old one stays'),
    );
  }, lookMs).unref();
}

async function ageOf({ cert, key, client_ca: ca }: TlsConfig): Promise<string> {
  const files = [cert, key, ...(ca === undefined ? [] : [ca])];
  return (await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))).join(' ');
}
