import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer } from './http-port.ts';

/** Whether the caller wants to speak WebSocket (RFC 6455 §4.1). Other upgrades, such as to HTTP/2, are not ours. */
export function isWebSocket({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** The beginning of an answer as it is on the wire. Headers: name, value, name, value. */
export function headOf(status: number, rawHeaders: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Answers in place of an upgrade, and hangs up. */
export function refuseUpgrade(
  socket: Duplex,
  { status, headers = {} }: Pick<HttpAnswer, 'status' | 'headers'>,
): void {
  const all = { ...headers, connection: 'close', 'content-length': '0' };
  socket.once('finish', () => socket.destroy());
  socket.end(headOf(status, Object.entries(all).flat()));
}
