import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { isSameSecret } from './credentials.ts';
import type { Holder } from './holders.ts';
import type { Origin } from './incoming.ts';
import { TRY_LATER, write } from './mounts.ts';

const TOKEN = 'x-vumi-hook-token';
const CALLER = 'x-vumi-hook-caller';
const ASKED_URL = 'x-vumi-hook-url';
const CONNECT_MS = 5000;

/** Has the process that holds the worker answer, and passes on what it says; also that the caller has gone. */
export function handOn(
  request: IncomingMessage,
  response: ServerResponse,
  { holder, origin }: { holder: Holder; origin: Origin },
): void {
  const onward = httpRequest(holder.url + (request.url ?? ''), {
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
  const patience = setTimeout(() => onward.destroy(), CONNECT_MS);
  onward.once('socket', (socket) =>
    socket.once('connect', () => {
      connected = true;
      clearTimeout(patience);
    }),
  );
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => {
    clearTimeout(patience);
    if (response.headersSent) response.destroy();
    // It died with the request, which may have been taken: the caller decides what that means.
    else void write(response, connected ? { status: 502 } : TRY_LATER);
  });
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}

/** What the process says that has handed the request on; null when nobody has. Takes the marks off in any case. */
export function handedOn(request: IncomingMessage, token: string): Origin | null {
  const { [TOKEN]: given, [CALLER]: caller, [ASKED_URL]: asked } = request.headers;
  for (const name of [TOKEN, CALLER, ASKED_URL]) delete request.headers[name];
  if (typeof given !== 'string' || typeof caller !== 'string' || typeof asked !== 'string') return null;
  const url = URL.parse(asked);
  return url !== null && isSameSecret(given, token) ? { remoteAddress: caller, url } : null;
}
