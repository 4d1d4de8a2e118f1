import { createConnection, type Socket } from 'node:net';

/** A connected socket. Rejects with the network's own words, and when `timeoutMs` have passed or the signal aborts. */
export function connect(
  { host, port }: { host: string; port: number },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('error', settle);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const abort = (): void => settle(new Error('closing'));
    const timer = setTimeout(
      () => settle(new Error(`no connection within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    socket.once('connect', () => settle());
    socket.once('error', settle);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
