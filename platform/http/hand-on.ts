import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { isSameSecret } from './credentials.ts';
import type { Holder } from './holders.ts';
import type { HttpUpgrade } from './http-port.ts';
import type { Origin } from './incoming.ts';
import { TRY_LATER, write } from './mounts.ts';
import { headOf, refuseUpgrade } from './upgrade.ts';

const TOKEN = 'x-vumi-hook-token';
const CALLER = 'x-vumi-hook-caller';
const ASKED_URL = 'x-vumi-hook-url';
const CONNECT_MS = 5000;

/** Where a request goes, and where it came from. */
interface Onward {
  readonly holder: Holder;
  readonly origin: Origin;
}

/** Has the process that holds the worker answer, and passes on what it says; also that the caller has gone. */
export function handOn(request: IncomingMessage, response: ServerResponse, onward: Onward): void {
  const asked = ask(request, onward, (answer) => {
    if (response.headersSent) response.destroy();
    else void write(response, answer);
  });
  asked.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  response.once('close', () => asked.destroy());
  request.pipe(asked);
}

/** The same for a connection: what either side says goes to the other until one of them goes. */
export function handUpgradeOn(
  { request, socket, head }: Pick<HttpUpgrade, 'request' | 'socket' | 'head'>,
  onward: Onward,
): void {
  if (socket.destroyed) return;
  let joined: Duplex | null = null;
  const asked = ask(request, onward, (answer) => {
    if (joined === null) refuseUpgrade(socket, answer);
  });
  asked.once('upgrade', (answer, other, first) => {
    joined = other;
    socket.write(headOf(answer.statusCode ?? 101, answer.rawHeaders));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) other.write(head);
    other.on('error', () => socket.destroy());
    other.once('close', () => socket.destroy());
    socket.pipe(other);
    other.pipe(socket);
  });
  asked.once('response', (answer) => {
    socket.once('finish', () => socket.destroy());
    socket.write(headOf(answer.statusCode ?? 502, answer.rawHeaders));
    answer.pipe(socket);
    answer.once('error', () => socket.destroy());
  });
  socket.once('close', () => (joined ?? asked).destroy());
  asked.end();
}

/** `onFailed` is told what the caller is to be answered when the holder says nothing more. */
function ask(
  request: IncomingMessage,
  { holder, origin }: Onward,
  onFailed: (answer: { readonly status: number }) => void,
): ClientRequest {
  const asked = httpRequest(holder.url + (request.url ?? ''), {
    method: request.method,
    headers: {
      ...request.headers,
      [TOKEN]: holder.token,
      [CALLER]: origin.remoteAddress,
      [ASKED_URL]: origin.url.href,
    },
    agent: false,
  });
  let connected = false;
  const patience = setTimeout(() => asked.destroy(), CONNECT_MS);
  asked.once('socket', (socket) =>
    socket.once('connect', () => {
      connected = true;
      clearTimeout(patience);
    }),
  );
  asked.once('error', () => {
    clearTimeout(patience);
    // It died with the request, which may have been taken: the caller decides what that means.
    onFailed(connected ? { status: 502 } : TRY_LATER);
  });
  return asked;
}

/** What the process says that has handed the request on; null when nobody has. Takes the marks off in any case. */
export function handedOn(request: IncomingMessage, token: string): Origin | null {
  const { [TOKEN]: given, [CALLER]: caller, [ASKED_URL]: asked } = request.headers;
  for (const name of [TOKEN, CALLER, ASKED_URL]) delete request.headers[name];
  if (typeof given !== 'string' || typeof caller !== 'string' || typeof asked !== 'string') return null;
  const url = URL.parse(asked);
  return url !== null && isSameSecret(given, token) ? { remoteAddress: caller, url } : null;
}
