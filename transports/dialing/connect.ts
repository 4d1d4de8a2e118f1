import { createConnection, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect as connectTls,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { startDeadline } from '@vumi/machine';

/** What a TLS client needs; `servername` is undefined where the host is an address, which has no name to ask for. */
export interface TlsClient extends SecureContextOptions {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  /** The name that the certificate must have. */
  readonly expected: string;
}

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Absent or null connects in clear. */
  readonly tls?: TlsClient | null;
}

/** A connected socket. Rejects with the network's own words, and when `timeoutMs` have passed or the signal aborts. */
export function connect(
  { host, port, tls = null }: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = open({ host, port, tls });
    const settle = (error?: Error): void => {
      deadline[Symbol.dispose]();
      signal.removeEventListener('abort', abort);
      socket.off('error', settle);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const abort = (): void => settle(new Error('closing'));
    const deadline = startDeadline({ limitMs: timeoutMs }, () =>
      settle(new Error(`no connection within ${timeoutMs / 1000} s`)),
    );
    socket.once(tls === null ? 'connect' : 'secureConnect', () => settle());
    socket.once('error', settle);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function open({ host, port, tls }: Required<Target>): Socket | TLSSocket {
  if (tls === null) return createConnection({ host, port });
  const { expected, ...options } = tls;
  return connectTls({
    ...options,
    host,
    port,
    checkServerIdentity: (_, certificate) => checkServerIdentity(expected, certificate),
  });
}
